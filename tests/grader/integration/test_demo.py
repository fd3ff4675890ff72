"""The demo course in a store: its people and submissions, the first sign-in, the reports of odd projects."""

import hashlib
from collections import Counter
from contextlib import closing

import pytest
from sqlalchemy import select

from grader.app.demo import fill
from grader.app.demo.demo_course import load_demo_course
from grader.app.demo.demo_people import STUDENTS, TEACHER
from grader.app.demo.plan import PlannedEnd, Twist, plan
from grader.app.demo.project import Projects
from grader.app.entry import by_command, by_link
from grader.app.service import Service
from grader.app.web import zipped
from grader.core.report import Status
from grader.core.role import Role
from grader.intake import read_archive
from grader.pipeline import Grader
from grader.sandbox.forking import JAIL
from grader.service_settings import read_service_settings
from grader.store.grader_failures import find_grader_failures
from grader.store.queue import open_queue
from grader.store.sign_ins import find_signed_in, sign_in_by_link
from grader.store.states import State
from grader.store.student_results import Counts, list_student_results
from grader.store.submissions import SubmissionFilter, page
from grader.store.tables import AssignmentRow, LoginLinkRow, SubmissionRow, TokenRow, UserRow
from grader.store.users import find_user
from grader.suite.assignment import load_assignment
from tests.assignment.samples import ROOT
from tests.grader.support.course import signed_in
from tests.grader.support.site import Site

pytestmark = pytest.mark.slow

ASSIGNMENT = "demo-smulgrad"
STATES = {
    PlannedEnd.VERDICT: State.QUEUED,
    PlannedEnd.GRADER_ERROR: State.GRADER_ERROR,
    PlannedEnd.SUPERSEDED: State.SUPERSEDED,
    PlannedEnd.CANCELLED: State.CANCELLED,
}


@pytest.fixture
def service(database, monkeypatch):
    """Return the parts of a service on the real assignment, with an empty store."""
    monkeypatch.setenv("GRADER_PUBLIC_URL", "https://grader.example")
    settings = read_service_settings()
    return Service(settings, database, open_queue(database), load_assignment(ROOT), runners=())


@pytest.fixture(scope="module")
def demo():
    """Return the demo's students, and the maker of their projects."""
    rubric = load_assignment(ROOT).rubric
    course = load_demo_course(ROOT)
    return plan(course, [part.id for part in rubric.parts]), Projects(ROOT, course)


def filled(service, entry=by_link):
    """Fill the store and return the lines that are said."""
    said = []
    fill(service, said.append, entry)
    return "\n".join(said).splitlines()


def test_the_store_holds_what_the_plan_says(service, demo):
    """Every try is there with its bytes, as old as planned, and waits or has ended as planned."""
    students, projects = demo
    filled(service)

    with service.database.read() as session:
        rows = session.execute(
            select(UserRow.email, SubmissionRow).join(UserRow, UserRow.id == SubmissionRow.user_id)
        ).all()

    planned = Counter(
        (student.email, hashlib.sha256(zipped(projects.files(each.work))).hexdigest(), STATES[each.end])
        for student in students
        for each in student.submissions
    )
    assert Counter((email, row.archive_sha256, row.state) for email, row in rows) == planned
    ages = sorted(round((row.queued_at - row.received_at).total_seconds()) for _, row in rows)
    planned_ages = [each.age for student in students for each in student.submissions]
    assert ages == sorted(round(age.total_seconds()) for age in planned_ages)


def test_the_newest_of_each_student_is_graded_first(service):
    """The queue has everybody's newest submission before any older one: the overview fills early."""
    filled(service)

    with service.database.read() as session:
        found = list_student_results(session, session.get_one(AssignmentRow, ASSIGNMENT), Counts.BEST)
        newest = [each.newest for each in found if each.newest and each.newest.state is State.QUEUED]
        places = [service.queue.position(session, each.submission_id) for each in newest]

    assert sorted(places) == list(range(1, len(places) + 1))
    assert len(places) > 30


def test_what_ended_otherwise_says_why(service):
    """A superseded submission names its successor; there is one grader error, with its reason."""
    filled(service)

    with service.database.read() as session:
        (replaced,) = page(session, SubmissionFilter(states=[State.SUPERSEDED]), 10)
        (trouble,) = find_grader_failures(session, ASSIGNMENT)
        newest = page(session, SubmissionFilter(user_id=replaced.user_id), 1)[0]

    assert newest.id in replaced.reason
    assert "no space left on device" in trouble.reason


def test_everybody_is_in_the_course(service):
    """Forty students stand in it, three of them without a try, and a teacher."""
    filled(service)

    with service.database.write() as session:
        found = list_student_results(session, session.get_one(AssignmentRow, ASSIGNMENT), Counts.BEST)
        teacher = signed_in(session, find_user(session, TEACHER[0]).id)

    assert {(each.email, each.name) for each in found} == set(STUDENTS)
    assert sum(each.newest is None for each in found) == 3
    assert teacher.roles == {"demo": Role.INSTRUCTOR}


def test_the_printed_links_let_in(service):
    """The two links sign in the teacher and the first student, each once."""
    lines = filled(service)

    links = [line.removeprefix("https://grader.example/login/") for line in lines if "/login/" in line]
    with service.database.write() as session:
        ids = [find_user(session, email).id for email in (TEACHER[0], STUDENTS[0][0])]
        cookies = [sign_in_by_link(session, code) for code in links]
        let_in = [find_signed_in(session, cookie).id for cookie in cookies]

    assert let_in == ids


def test_without_a_terminal_nothing_that_lets_in_is_made(service):
    """Both people are named with the command that prints a link, and the store holds no link and no token."""
    lines = filled(service, by_command)

    with service.database.read() as session:
        made = [session.scalars(select(table)).all() for table in (LoginLinkRow, TokenRow)]
    assert made == [[], []]
    assert f"grader user link {TEACHER[0]}" in lines[1]
    assert f"grader user link {STUDENTS[0][0]}" in lines[2]


def test_a_second_start_adds_nothing_but_links(service):
    """The course is made once; who starts it again gets new links."""
    filled(service)
    with service.database.read() as session:
        before = [row.id for row in page(session, SubmissionFilter(), 1_000)]

    lines = filled(service)

    with service.database.read() as session:
        assert [row.id for row in page(session, SubmissionFilter(), 1_000)] == before
    assert sum("/login/" in line for line in lines) == 2


@pytest.fixture(scope="module")
def graded(demo):
    """Return the reports on the newest projects that are odd, by their twist."""
    students, projects = demo
    odd = {
        student.submissions[0].work.twist: projects.files(student.submissions[0].work)
        for student in students
        if student.submissions and student.submissions[0].work.twist is not Twist.NONE
    }
    with closing(Grader(ROOT, [JAIL])) as grader:
        return {twist: grader.grade(read_archive(zipped(files)), 1) for twist, files in odd.items()}


def test_the_broken_project_is_not_gradable(graded):
    """It is a verdict, of no points, with the reason."""
    report = graded[Twist.BROKEN]

    assert (report.status, report.score.score) == (Status.NOT_GRADABLE, 0)
    assert "SyntaxError" in report.notes[0]


def test_the_hostile_project_shows_its_text_as_text(graded):
    """Hostile output reaches the report without control characters; pages escape the rest."""
    report = graded[Twist.HOSTILE]

    messages = [test.message for problem in report.score.problems for test in problem.losses]
    assert report.status is Status.GRADED
    assert "<script>" in report.output
    assert any("<img src=x" in message for message in messages)
    assert not any(
        character in report.output + "".join(messages) for character in "\x1b\x07\N{RIGHT-TO-LEFT OVERRIDE}"
    )


def test_an_assignment_without_a_demo_says_so(tmp_path):
    """The command ends with a usage error, and names the file that is missing."""
    with closing(Site(tmp_path)) as site:
        assert site.start("serve", "--demo").wait(60) == 2

        assert "demo_course.yaml" in site.log()
