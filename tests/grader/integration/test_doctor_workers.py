"""`grader doctor` and the staff page on the workers of a service: who takes nothing, why, and where."""

import pytest

from grader.cli.doctor import find_workers
from grader.cli.doctor.grading import judge_workers
from grader.store.queue import WorkerInfo, open_queue
from tests.grader.support.api import make_service

REFUSAL = "The suite on lab-3 is 11111111, the assignment's is 22222222."


def printed(rows):
    """Return the lines that the command prints of `rows`."""
    return [str(each) for each in judge_workers(rows)]


@pytest.fixture
def here(monkeypatch, database_url, tmp_path):
    """Have the command look at the database of the test."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("GRADER_DATA_DIR", str(tmp_path / "data"))


@pytest.mark.usefixtures("here")
def test_doctor_says_who_takes_nothing(database):
    """Each living worker has its line, with the reason and the host if it takes nothing."""
    queue = open_queue(database)

    with queue.register(WorkerInfo("w1", 0, "jail", host="lab-3", refusal=REFUSAL)):
        during = printed(find_workers())
    after = printed(find_workers())

    assert during == [f"missing  workers: w1 on lab-3 takes no submissions. {REFUSAL}"]
    assert after == ["note     workers: No worker is alive: start `grader serve` or `grader worker`."]


def test_doctor_makes_no_database(monkeypatch, tmp_path):
    """Where there is no service the command says nothing of workers and leaves nothing behind."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("GRADER_DATA_DIR", str(tmp_path / "data"))

    assert printed(find_workers()) == []
    assert not (tmp_path / "data").exists()


def test_the_staff_page_says_who_takes_nothing(database):
    """The overview of an assignment shows the refusals and warnings of its workers."""
    service = make_service(database)

    with service.queue.register(WorkerInfo("w1", 0, "jail", refusal=REFUSAL, warning="numpy is 2.3 there.")):
        shown = service.browser("teacher").get("/assignments/sums/overview").text

    assert "The suite on lab-3 is 11111111" in shown
    assert "numpy is 2.3 there." in shown
