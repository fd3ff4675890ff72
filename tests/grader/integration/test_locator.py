"""The locator of a worker: it finds places while nobody waits, and gives way to every submission."""

import json
import threading
from datetime import timedelta

import pytest

from grader.core.fingerprint import Fingerprint
from grader.core.place import Evidence, Place, from_places_document
from grader.core.scoring import Outcome
from grader.sandbox.runner import SandboxError
from grader.store import open_database, places
from grader.store.attempts import publish, take
from grader.store.places import stored_places
from grader.store.submissions import accept
from grader.store.verdict import verdict_of
from grader.worker import locator as module
from grader.worker.locator import Locator
from tests.grader.support.course import make_course, upload
from tests.grader.support.reports import report, result
from tests.grader.support.small_assignments import archive

PLACES = {("TestAdding", "test_adds"): Place("engine.py", 3, 3, "add", 2, "return a", Evidence.RAN)}
FINGERPRINT = Fingerprint("cd" * 32, "ef" * 32, "", "3.11", "2.4")
LOST = report(result(outcome=Outcome.FAILED, message="a number is wrong"))


def found(listen):
    """End a traced run with places."""
    listen("result", None)
    return PLACES


def without_sandbox(_):
    """Fail as where no process can be opened."""
    raise SandboxError("no processes")


def mistaken(_):
    """Fail by a mistake of ours."""
    raise LookupError


class Runs:
    """A grader whose traced runs do as a test wants, and the worker around it."""

    def __init__(self, database, course):
        """Find PLACES in the store of a course."""
        self.calls = []
        self.find = found
        self.is_busy = False
        self.stop = threading.Event()
        self._database = database
        self._course = course
        self._locator = Locator(database, self, b"secret", lambda: self.is_busy)

    def fingerprint(self):
        """Return the fingerprint of the made-up suite."""
        return FINGERPRINT

    def find_places(self, submission, seed, graded, listen):
        """Make a traced run."""
        self.calls.append((submission, seed, graded))
        return self.find(listen)

    def grade(self, content=None):
        """Return the id of a submission whose verdict has a failed check."""
        with self._database.write() as session:
            submission = accept(session, upload(self._course.anna, content or archive()))
            publish(session, take(session, submission.id, "w"), verdict_of(LOST))
        return submission.id

    def hand_in(self):
        """Hand in a submission, which waits."""
        with self._database.write() as session:
            accept(session, upload(self._course.ben, archive(note="ben")))

    def look(self):
        """Look for a report without places; return whether one got them."""
        return self._locator.find_next(self.stop)

    def places(self, submission_id):
        """Return the places of a submission; None if no run has ended."""
        with self._database.read() as session:
            document = stored_places(session, submission_id, 1)
        return None if document is None else from_places_document(json.loads(document))


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """Return runs on a store of their own, in which a run looks for waiting submissions at each event."""
    monkeypatch.setattr(module, "LOOK_SECONDS", 0)
    opened = open_database(f"sqlite:///{tmp_path}/grader.db")
    yield Runs(opened, make_course(opened, hourly_limit=None))
    opened.close()


def test_a_report_gets_its_places(runs):
    """The run is on the submission's own files, with the verdict's seed and report."""
    submission_id = runs.grade()

    assert runs.look()

    assert runs.places(submission_id) == PLACES
    ((submission, seed, graded),) = runs.calls
    assert "tests/adapters.py" in submission.files
    assert (seed > 0, graded.score.results[0].outcome) == (True, Outcome.FAILED)
    assert not runs.look()


def test_nothing_runs_while_a_submission_waits(runs):
    """A waiting submission comes first, also if another worker is to grade it."""
    runs.grade()
    runs.hand_in()

    assert not runs.look()
    assert runs.calls == []


def test_nothing_runs_while_the_worker_grades(runs):
    """A traced run shares no processor with a verdict of its worker."""
    runs.grade()
    runs.is_busy = True

    assert not runs.look()
    assert runs.calls == []


@pytest.mark.parametrize("event", ["arrival", "grading", "stop"])
def test_a_run_gives_way(runs, event):
    """A run ends when a submission arrives, or the worker grades or stops; it comes again later."""
    submission_id = runs.grade()

    def interrupted(listen):
        {
            "arrival": runs.hand_in,
            "grading": lambda: setattr(runs, "is_busy", True),
            "stop": runs.stop.set,
        }[event]()
        listen("result", None)
        pytest.fail("the run goes on")

    runs.find = interrupted
    assert not runs.look()
    assert runs.places(submission_id) is None

    runs.find = found
    if event != "arrival":
        runs.is_busy = False
        runs.stop.clear()
        assert runs.look()


def test_a_failed_sandbox_leaves_the_run_for_later(runs, monkeypatch):
    """Places are missing then, not empty. Another run may try after a while, and no third one."""
    submission_id = runs.grade()
    runs.find = without_sandbox

    assert not runs.look()
    assert not runs.look()
    assert len(runs.calls) == 1
    assert runs.places(submission_id) is None

    monkeypatch.setattr(places, "ABANDONED", timedelta(0))
    assert not runs.look()
    assert not runs.look()
    assert len(runs.calls) == places.MOST_STARTS


def test_an_error_of_ours_leaves_no_places_and_is_not_tried_again(runs):
    """A mistake in the localisation costs nothing but the places of that report."""
    submission_id = runs.grade()
    runs.find = mistaken

    assert runs.look()

    assert runs.places(submission_id) == {}
    assert not runs.look()


def test_the_loop_outlives_a_database_that_is_gone(runs, monkeypatch):
    """An error of the store is logged, and the loop looks again."""
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)
    submission_id = runs.grade()
    failures = iter([SandboxError("once"), None])

    def fingerprint():
        failure = next(failures, None)
        if failure:
            raise failure
        return FINGERPRINT

    monkeypatch.setattr(runs, "fingerprint", fingerprint)
    thread = threading.Thread(target=Locator.run, args=(runs._locator, runs.stop))  # noqa: SLF001 - its loop
    thread.start()
    for _ in range(500):
        if runs.places(submission_id) is not None:
            break
        runs.stop.wait(0.02)
    runs.stop.set()
    thread.join(10)

    assert runs.places(submission_id) == PLACES
