"""The demo course: made-up students whose submissions are real ones."""

from collections import Counter

import pytest
from sqlalchemy import select

from grader.app.demo import COURSE, NAMES, TRIES, fill
from grader.app.service import Service
from grader.core.role import Role
from grader.intake import read_archive
from grader.jobs import open_queue
from grader.store import open_database
from grader.store.people import members
from grader.store.states import State
from grader.store.tables import Archive, Submission
from grader.store.tokens import bearer
from grader.suite.assignment import load_assignment
from tests.harness.assignment import ROOT


def filled(folder):
    """Return the service and what was said when the demo was put into a new store."""
    database = open_database(f"sqlite:///{folder}/grader.db")
    service = Service(None, database, open_queue(database), load_assignment(ROOT), ())
    said = []
    fill(service, said.append)
    return service, said


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """Return a service with the demo, and what was said."""
    service, said = filled(tmp_path_factory.mktemp("demo"))
    yield service, said
    service.database.close()


def archives(service):
    """Return the bytes of all uploads, by their hash."""
    with service.database.read() as session:
        return {each.sha256: each.content for each in session.scalars(select(Archive))}


def test_the_demo_has_students_and_a_teacher(demo):
    """Everybody is in the course, and the token that is shown is the teacher's."""
    service, [said] = demo

    with service.database.read() as session:
        roles = Counter(member.role for _, member in members(session, COURSE))
        teacher = bearer(session, said.splitlines()[-1]).person

    assert roles == {Role.STUDENT: len(NAMES), Role.INSTRUCTOR: 1}
    assert teacher.roles == {COURSE: Role.INSTRUCTOR}


def test_every_try_waits_to_be_graded(demo):
    """Each student has handed in as often as the demo says, in days past, and all of it is queued."""
    service, _ = demo

    with service.database.read() as session:
        made = session.scalars(select(Submission)).all()
        stats = service.queue.stats(session)

    assert sorted(Counter(each.user_id for each in made).values()) == sorted(TRIES)
    assert {each.state for each in made} == {State.QUEUED}
    assert sum(stats.depth.values()) == sum(TRIES)
    assert all(each.received_at < each.queued_at for each in made)


def test_every_upload_is_one_that_intake_lets_through(demo):
    """What the made-up students hand in are projects, no two tries of one the same."""
    service, _ = demo
    uploads = archives(service)

    names = [set(read_archive(content).files) for content in uploads.values()]

    assert len(uploads) > len(NAMES)
    assert all("tests/adapters.py" in files for files in names)


def test_the_demo_is_the_same_each_time(demo, tmp_path):
    """Another store gets the very same uploads."""
    service, _ = demo

    other, _ = filled(tmp_path)

    assert archives(other).keys() == archives(service).keys()
    other.database.close()


def test_a_second_start_adds_nothing(demo):
    """The demo is put in once, and no second token is shown."""
    service, _ = demo
    before, said = archives(service), []

    fill(service, said.append)

    assert said == []
    assert archives(service) == before
