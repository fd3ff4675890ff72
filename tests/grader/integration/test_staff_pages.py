"""The pages of a class for staff: numbers, what needs a person, failures with students, the matrix."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from grader.core.report import to_document
from grader.core.role import Role
from grader.core.scoring import Outcome
from grader.store import open_database
from grader.store.attempts import fail, publish, start_regrade, take
from grader.store.audit_log import record
from grader.store.database import now
from grader.store.queue import WorkerInfo
from grader.store.states import Priority
from grader.store.submissions import MAX_ATTEMPTS, accept
from grader.store.tables import AssignmentRow, MembershipRow, UserRow
from grader.store.users import add_user, set_role
from grader.store.verdict import FailedTest
from tests.grader.support.api import make_service
from tests.grader.support.course import ASSIGNMENT, COURSE, upload, verdict
from tests.grader.support.page import Page
from tests.grader.support.reports import report

NAME = "Bartholomew Featherstonehaugh-Cholmondeley"
WRONG = FailedTest("adding", "test_a", Outcome.FAILED, "Sum the gradient.", "not_summed")
UNWRITTEN = FailedTest("taking", "test_b", Outcome.NOT_WRITTEN, "not written yet")
DOCUMENT = json.dumps(to_document(report()))
PAGES = ("overview", "matrix", "failures", "rubric", "students/{anna}")


@pytest.fixture
def service(tmp_path):
    """Return API and pages, with two students and a third one who has a long name."""
    with closing(open_database(f"sqlite:///{tmp_path}/grader.db")) as database:
        made = make_service(database, hourly_limit=None, supersede=False)
        with database.write() as session:
            third = add_user(session, "long@example.edu", NAME).id
            set_role(session, COURSE, third, Role.STUDENT, "B")
        object.__setattr__(made.course, "third", third)
        yield made


def made_up(losses=(), **fields):
    """Return a verdict with a document that can be read."""
    return verdict(failed_tests=losses, document=DOCUMENT, **fields)


def grade(service, user_id, *losses, hours_ago=1, **fields):
    """Keep a graded submission of a student; return its id."""
    with service.database.write() as session:
        submission = accept(session, upload(user_id))
        submission.received_at -= timedelta(hours=hours_ago)
        publish(session, take(session, submission.id, "test"), made_up(losses, **fields))
    return submission.id


def fail_grading(service, user_id):
    """Keep a submission that we failed to grade."""
    with service.database.write() as session:
        submission = accept(session, upload(user_id))
    for _ in range(MAX_ATTEMPTS):
        with service.database.write() as session:
            fail(session, take(session, submission.id, "test"), "the disk is full")


def set_due(service, hours):
    """Set the deadline so many hours from now."""
    with service.database.write() as session:
        due_at = (now(session) + timedelta(hours=hours)).replace(second=30, microsecond=0)
        session.get_one(AssignmentRow, ASSIGNMENT).due_at = due_at


def read(service, page, name="teacher"):
    """Return a page of the assignment as its staff sees it."""
    answer = service.browser(name).get(f"/assignments/{ASSIGNMENT}/{page}")
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def test_every_number_says_of_what(service):
    """The home page has the numbers of the class, each with its whole."""
    grade(service, service.course.anna, score=2.0, points={"adding": 2.0, "taking": 0.0, "roots": 0.0})
    grade(service, service.course.ben, score=5.0, points={"adding": 3.0, "taking": 2.0, "roots": 4.0})

    words = read(service, "overview").words

    assert "Handed in 2 of 3 students, 2 with a verdict" in words
    assert "Median score 3.5 / 5" in words
    assert "Mean score 3.5 / 5 1 with all points" in words
    assert "Below half 1 student See who" in words
    assert "Submissions 2 2 in the last 24 h" in words
    assert "Not graded, our fault 0 no grader errors" in words


@pytest.mark.parametrize(("hours", "words"), [(20.1, "Due in 20 h, "), (-50, "Closed 2 days ago, ")])
def test_the_time_left_comes_before_the_date(service, hours, words):
    """The head says how long until the deadline, or since when it is over."""
    set_due(service, hours)

    assert words in read(service, "overview").words


def test_a_class_without_deadline_and_submissions(service):
    """An empty class has a page: states instead of charts."""
    words = read(service, "overview").words

    assert "No deadline · 5 points and 4 of bonus" in words
    assert "No verdict yet" in words
    assert "No scores yet" in words
    assert "Median score - / 5 of 0 scores" in words
    assert "3 not handed in" in words


def test_a_class_without_students(service):
    """A section without students has pages too."""
    for page in ("overview", "matrix", "failures", "rubric"):
        read(service, f"{page}?section=nowhere")

    assert "No students yet" in read(service, "matrix?section=nowhere").words


def test_the_list_of_what_needs_a_person(service):
    """Failures of the grader, refusing workers, late, absent and noted students are in it by name."""
    set_due(service, -2)
    grade(service, service.course.ben, hours_ago=1, staff_notes="Stored answers are likely.")
    fail_grading(service, service.course.anna)

    with service.queue.register(WorkerInfo("w1", 0, "jail", refusal="Its suite is old.", warning="")):
        words = read(service, "overview").words

    assert "A worker takes no submissions Its suite is old." in words
    assert "1 not graded because of us anna@example.edu" in words
    assert "1 with an integrity note ben@example.edu" in words
    assert "1 late ben@example.edu Show" in words
    assert f"1 not handed in {NAME} Show" in words
    assert "the disk is full" in words


def test_without_a_worker_the_list_says_so(service):
    """Submissions wait until one runs."""
    with service.database.write() as session:
        accept(session, upload(service.course.anna))

    words = read(service, "overview").words

    assert "No worker is running" in words
    assert "1 waiting for a verdict" in words


def test_failures_are_told_by_cause_and_without_those_who_have_not_started(service):
    """One cause is one row with its students and cost; unwritten code is no row."""
    points = {"adding": 1.0, "taking": 0.0, "roots": 0.0}
    grade(service, service.course.anna, WRONG, replace(WRONG, test="test_c"), UNWRITTEN, points=points)
    grade(service, service.course.ben, UNWRITTEN, points=points)

    page = read(service, "overview")

    assert "Sum the gradient. Addition, 2 tests · not_summed 1 2.00" in page.words
    assert "not written yet" not in page.words
    assert f"/assignments/{ASSIGNMENT}/failures/not_summed?counts=best&section=" in page.attributes(
        "href", "a"
    )


def test_a_failure_lists_its_students(service):
    """Each name leads to the student, and another link to the report at that problem."""
    submission = grade(service, service.course.anna, WRONG, points={"adding": 2.0})

    page = read(service, "failures/not_summed")

    assert "1 student of 1, 1.00 points each" in page.words
    assert "anna@example.edu A 1 1.00 Addition" in page.words
    assert f"/submissions/{submission}#problem-adding" in page.attributes("href", "a")


def test_a_failure_that_nobody_has(service):
    """An old link gets an error page with the shell."""
    answer = service.browser("teacher").get(f"/assignments/{ASSIGNMENT}/failures/gone")

    assert answer.status_code == 404
    assert "No student has this failure any more." in Page(answer.text).words


def test_the_hardest_problems_leave_out_those_who_have_not_started(service):
    """The mean is of those who started; the others have a column of their own."""
    grade(service, service.course.anna, UNWRITTEN, points={"adding": 3.0, "taking": 0.0, "roots": 0.0})
    grade(service, service.course.ben, points={"adding": 3.0, "taking": 2.0, "roots": 0.0})

    page = read(service, "failures")
    taking = page.words.partition("Subtraction")[2]

    assert "100 % 1 0 0 1" in taking


def test_the_matrix_paints_losses_only(service):
    """The summary has the mean of those who started and the number of the others."""
    grade(service, service.course.anna, UNWRITTEN, points={"adding": 1.5, "taking": 0.0, "roots": 4.0})

    page = read(service, "matrix")

    assert "Mean, % of its points 50 - 100" in page.words
    assert "Not started, students 1" in page.words
    assert "anna@example.edu 3.00 0 1.5 Addition 1.5/3 · 1 not started" in page.words
    assert f"{NAME} - nothing handed in" in page.words


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["anna", "ben", "third"]),
        ("?sort=name", ["anna", "third", "ben"]),
        ("?sort=taking", ["ben", "anna", "third"]),
        ("?q=ben", ["ben"]),
        ("?only=absent", ["third"]),
        ("?only=below-half", ["anna"]),
        ("?only=late", []),
        ("?section=B", ["ben", "third"]),
        ("?q=bar&only=absent", ["third"]),
        ("?page=all", ["anna", "ben", "third"]),
        ("?page=7", ["anna", "ben", "third"]),
        ("?sort=nothing", ["anna", "ben", "third"]),
    ],
)
def test_the_matrix_is_sorted_and_filtered_by_its_address(service, query, shown):
    """Names, groups, sections and the order are in the address; students without a verdict come last."""
    grade(service, service.course.anna, score=2.0, points={"adding": 0.0, "taking": 2.0})
    grade(service, service.course.ben, score=3.0, points={"adding": 3.0, "taking": 0.0})

    page = read(service, f"matrix{query}")

    found = [each for each in page.attributes("href", "a") if each.startswith("students/")]
    ids = [f"students/{getattr(service.course, each)}" for each in shown]
    assert found == ids
    assert ("No student matches" in page.words) == (not shown)


def test_a_search_without_a_match_leads_back(service):
    """No empty grid: the filters stay, and a link shows all."""
    page = read(service, "matrix?q=nobody")

    assert "No student matches" in page.words
    assert "Show all 3" in page.words
    assert "nobody" in page.attributes("value", "input")
    assert page.attributes("class", "table") == []


def test_one_student_against_the_class(service):
    """Score and place, parts, causes with the number of others, and the record."""
    losses = {"points": {"adding": 1.0, "taking": 0.0, "roots": 4.0}, "score": 1.0}
    first = grade(service, service.course.anna, WRONG, hours_ago=9, **losses)
    grade(service, service.course.anna, WRONG, UNWRITTEN, hours_ago=2, **{**losses, "score": 2.0})
    grade(service, service.course.ben, WRONG, score=4.0, points={"adding": 2.0, "taking": 2.0})
    with service.database.write() as session:
        start_regrade(session, first, Priority.BULK)
        publish(session, take(session, first, "test"), made_up(score=1.5))
        record(session, "teacher@example.edu", "regrade", first, course=COURSE, reason="a test was wrong")

    words = read(service, f"students/{service.course.anna}").words

    assert "Score that counts 2.00 / 5 Submission 2, the best of those in time" in words
    assert "Place in the class 2 of 2 median 3" in words
    assert "First part 1 / 5" in words
    assert "Sum the gradient. with 1 other · Addition -2.00" in words
    assert "1 problem not started Subtraction -2" in words
    assert "Submission 1 graded again, 1 to 1.5" in words
    assert "Regrade of submission 1 teacher@example.edu: a test was wrong" in words


def test_an_assistant_reads_no_audit(service):
    """The record of who did what is for instructors, as everywhere."""
    first = grade(service, service.course.anna)
    with service.database.write() as session:
        record(session, "teacher@example.edu", "regrade", first, course=COURSE, reason="a test was wrong")
        session.get_one(MembershipRow, (COURSE, service.course.ben)).role = Role.GRADER

    words = read(service, f"students/{service.course.anna}", "ben").words

    assert "First submission" in words
    assert "a test was wrong" not in words


def test_a_student_without_submissions(service):
    """The page says so, with the whole name."""
    words = read(service, f"students/{service.course.third}").words

    assert f"{NAME} has not handed in for this assignment." in words


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
