"""The pages of a class for staff: numbers, what needs a person, failures with students, the matrix."""

from dataclasses import replace

import pytest

from grader.core.role import Role
from grader.store.attempts import publish, start_regrade, take
from grader.store.audit_log import record
from grader.store.queue import WorkerInfo
from grader.store.states import Priority
from grader.store.submissions import accept
from grader.store.tables import MembershipRow
from tests.grader.support.course import ASSIGNMENT, COURSE, upload
from tests.grader.support.page import Page
from tests.grader.support.staff_class import (
    NAME,
    UNWRITTEN,
    WRONG,
    fail_grading,
    grade,
    made_up,
    open_class,
    read,
    set_due,
)


@pytest.fixture
def service(tmp_path):
    """Return API and pages, with two students and a third one who has a long name."""
    with open_class(tmp_path) as made:
        yield made


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
    assert "anna@example.edu 3.00 0.00 1.5 Addition 1.5/3 · 1 not started" in page.words
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
    assert "First part 1.00 / 5" in words
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
