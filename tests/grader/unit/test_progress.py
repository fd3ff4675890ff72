"""Progress of a long call: who may tell it, how often, and how it is shown."""

import io
import threading
import time

import pytest
from rich.console import Console
from rich.progress import Progress as Bar

from grader.boundary.call_progress import MAX_REPORTS, SECONDS_BETWEEN, CallProgress
from grader.render.progress_bar import SuiteProgress, stage_of
from tests.grader.support.reports import RUBRIC


@pytest.fixture
def clock(monkeypatch):
    """Return a clock [seconds] that tests set."""
    now = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def told():
    """Return the list of numbers that `progress` reports."""
    return []


@pytest.fixture
def progress(told, clock):
    """Return the progress of call 1."""
    del clock
    progress = CallProgress()
    progress.start(told.append)
    progress.call = 1
    return progress


def test_reports_come_at_most_every_so_often(progress, told, clock):
    """Reports in between are not sent."""
    for number in range(4):
        progress.report(batch=number)
        clock[0] += SECONDS_BETWEEN / 2

    assert told == [{"batch": 0}, {"batch": 2}]


def test_reports_of_one_call_are_as_many_as_the_other_end_takes(progress, told, clock):
    """The sender keeps to the bound, so that honest training is no breach; a new call may report again."""
    for _ in range(MAX_REPORTS + 5):
        progress.report(epoch=1)
        clock[0] += 1

    assert len(told) == MAX_REPORTS
    progress.call = 2
    progress.report(epoch=1)
    assert len(told) == MAX_REPORTS + 1


def test_without_a_call_nothing_is_reported(progress, told):
    """Between calls, and in a call that nobody waits for, nobody listens."""
    progress.call = 0
    progress.report(epoch=1)

    CallProgress().report(epoch=1)

    assert not told


def test_other_threads_report_nothing(progress, told):
    """A thread that prepares batches must not write into the middle of a frame."""
    thread = threading.Thread(target=progress.report, kwargs={"epoch": 1})
    thread.start()
    thread.join()

    assert not told


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ({"epoch": 2, "epochs": 3, "batch": 469, "batches": 938}, "epoch 2 of 3, 50 % of the batches"),
        ({"epoch": 2}, "epoch 2"),
        ({"epoch": 1, "batch": 5, "batches": 0}, "epoch 1"),
        ({"epoch": 1e15, "batch": -5, "batches": 2}, "epoch 1e+15, 0 % of the batches"),
        ({"batch": 9, "batches": 2}, "100 % of the batches"),
        ({"passed": 1}, ""),
    ],
)
def test_the_stage_of_a_training_is_told_in_numbers(numbers, text):
    """Epoch and share are shown where they are known; no word comes from the submission."""
    assert stage_of(numbers) == text


def test_the_live_line_shows_the_stage():
    """While a long test runs, the line shows its problem and how far it has come."""
    problem = next(iter(RUBRIC.problems))
    with Bar(console=Console(file=io.StringIO())) as bar:
        line = SuiteProgress(bar, bar.add_task("starting"), RUBRIC)

        line.listen("progress", {"group": problem.tests, "numbers": {"epoch": 2, "epochs": 3}})

        assert bar.tasks[0].description == f"{problem.title} · epoch 2 of 3"
        assert bar.tasks[0].completed == 0
