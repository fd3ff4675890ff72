"""The pages of staff are rendered once, until the class changes."""

import pytest

from grader.store.attempts import publish, start_regrade, take
from grader.store.database import now
from grader.store.states import Priority
from grader.store.submissions import accept
from grader.store.tables import AssignmentRow, MembershipRow, UserRow
from tests.grader.support.course import ASSIGNMENT, COURSE, upload
from tests.grader.support.staff_class import PAGES, WRONG, grade, made_up, open_class


@pytest.fixture
def service(tmp_path):
    """Return API and pages, with two students and a third one who has a long name."""
    with open_class(tmp_path) as made:
        yield made


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_staff_is_rendered_once(service, page):
    """The same reader gets 304 with the ETag; others get pages of their own."""
    grade(service, service.course.anna, WRONG)
    path = f"/assignments/{ASSIGNMENT}/{page.format(anna=service.course.anna)}"
    teacher = service.browser("teacher")

    for _ in range(2):  # the overview counts time in steps, and one may begin between two requests
        first = teacher.get(path)
        again = teacher.get(path, headers={"If-None-Match": first.headers["etag"]})
        if again.status_code == 304:
            break
    students = service.browser("anna").get(path, headers={"If-None-Match": first.headers["etag"]})

    assert (first.status_code, again.status_code) == (200, 304)
    assert students.status_code == 404


def hand_in(session, course):
    """Keep another submission."""
    accept(session, upload(course.ben, b"other"))


def regrade(session, course):
    """Queue the submission of anna for another verdict."""
    start_regrade(session, accept(session, upload(course.anna, b"more")).id, Priority.BULK)


def rename(session, course):
    """Change the name of a student."""
    session.get_one(UserRow, course.anna).name = "Anna B."


def move(session, course):
    """Change the section of a student."""
    session.get_one(MembershipRow, (COURSE, course.anna)).section = "C"


def leave(session, course):
    """Remove a student from the course."""
    session.delete(session.get_one(MembershipRow, (COURSE, course.ben)))


def move_deadline(session, course):  # noqa: ARG001 - as the others are called
    """Set the deadline to now."""
    session.get_one(AssignmentRow, ASSIGNMENT).due_at = now(session)


@pytest.mark.parametrize("change", [hand_in, regrade, rename, move, leave, move_deadline])
@pytest.mark.parametrize("page", PAGES)
def test_a_kept_page_follows_what_changes(service, page, change):
    """Any change of people, submissions or the assignment makes another page."""
    grade(service, service.course.anna, WRONG)
    path = f"/assignments/{ASSIGNMENT}/{page.format(anna=service.course.anna)}"
    teacher = service.browser("teacher")
    before = teacher.get(path)

    with service.database.write() as session:
        change(session, service.course)

    after = teacher.get(path, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]


@pytest.mark.parametrize("page", PAGES)
def test_a_verdict_makes_another_page(service, page):
    """A regrade of one submission that changes nothing but the points is seen at once."""
    submission = grade(service, service.course.anna, WRONG, score=1.0)
    path = f"/assignments/{ASSIGNMENT}/{page.format(anna=service.course.anna)}"
    teacher = service.browser("teacher")
    etags = [teacher.get(path).headers["etag"]]

    with service.database.write() as session:
        start_regrade(session, submission, Priority.BULK)
    etags.append(teacher.get(path).headers["etag"])
    with service.database.write() as session:
        publish(session, take(session, submission, "test"), made_up(score=2.0))
    etags.append(teacher.get(path).headers["etag"])

    assert len(set(etags)) == 3
