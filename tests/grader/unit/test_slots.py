"""Slots: the workers of a host share its processors while workers start and stop."""

import multiprocessing
import os
import signal
import time

import pytest

from grader.store.queue.watch import DEAD_AFTER_SECONDS
from grader.worker.slots import SharedSlots, StatedSlots, slots_of

PROCESSORS = {0, 1}


@pytest.fixture
def worker(tmp_path):
    """Return a function that returns the slots of a worker on a host with two processors."""
    workers = []

    def worker(most=2, processors=PROCESSORS):
        workers.append(SharedSlots(tmp_path / "slots", processors, most))
        return workers[-1]

    yield worker
    for each in workers:
        each.close()


def hold(folder, held):
    """Claim all slots, say so, and wait for the end."""
    SharedSlots(folder, PROCESSORS, 2).claim()
    held.set()
    signal.pause()


def test_four_workers_on_two_processors_have_two_slots(worker):
    """The first worker takes all processors; the others wait."""
    workers = [worker() for _ in range(4)]

    assert [each.claim() for each in workers] == [2, 0, 0, 0]
    assert [each.claim() for each in workers] == [2, 0, 0, 0]


def test_workers_with_a_quota_take_that_and_leave_the_rest(worker):
    """A container that may use one processor takes one."""
    assert [worker(most=1).claim() for _ in range(3)] == [1, 1, 0]


def test_workers_on_other_processors_do_not_share(worker):
    """A worker that is bound to some processors shares those only."""
    assert [worker(processors=each).claim() for each in ({0}, {1}, {0, 1}, {2, 3})] == [1, 1, 0, 2]


def test_what_a_worker_gives_back_another_gets(worker):
    """The next claim finds free processors."""
    first, second = worker(), worker()
    first.claim()
    assert not second.claim()

    first.close()

    assert second.claim() == 2


def test_the_slots_of_a_killed_worker_are_free(worker, tmp_path):
    """The kernel gives its locks back, whatever ended the process."""
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    other = context.Process(target=hold, args=(tmp_path / "slots", held))
    other.start()
    held.wait()
    mine = worker()
    assert not mine.claim()

    other.kill()
    other.join()

    assert mine.claim() == 2


def test_the_slots_of_a_worker_that_hangs_go_to_another(worker, tmp_path):
    """A worker that does not renew its locks loses them, and notices when it claims again."""
    hanging, standing_by = worker(), worker()
    hanging.claim()
    assert not standing_by.claim()

    for lock in (tmp_path / "slots").iterdir():
        os.utime(lock, (0, time.monotonic() - DEAD_AFTER_SECONDS - 1))

    assert standing_by.claim() == 2
    assert hanging.claim() == 0
    assert standing_by.claim() == 2


def test_a_claim_renews_the_locks(worker, tmp_path):
    """A worker that goes on claiming keeps its slots, however long it works."""
    working, standing_by = worker(), worker()
    working.claim()
    for lock in (tmp_path / "slots").iterdir():
        os.utime(lock, (0, 0))

    working.claim()

    assert standing_by.claim() == 0


def test_without_a_folder_nothing_is_shared(tmp_path):
    """A folder that cannot be made is no reason not to work."""
    (tmp_path / "file").touch()

    assert SharedSlots(tmp_path / "file" / "slots", PROCESSORS, 2).claim() == 2


def test_the_operators_number_counts(tmp_path, monkeypatch):
    """A stated number is taken as it is; the default is shared by the workers of one service only."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("grader.worker.slots._processors", lambda: PROCESSORS)

    assert [StatedSlots(7).claim(), slots_of(5, "one").claim()] == [7, 5]
    workers = [slots_of(None, service) for service in ("one", "one", "other")]
    claimed = [each.claim() for each in workers]
    for each in workers:
        each.close()
    assert claimed[0] > 0
    assert claimed == [claimed[0], len(PROCESSORS) - claimed[0], claimed[0]]
