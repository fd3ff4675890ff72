"""The wait of a submission: by the present runs, their age, and the length of recent runs."""

import pytest

from grader.core.waiting import expected_wait

RECENT = [2.0] * 9 + [12.0]  # a mean of 3


@pytest.mark.parametrize(
    ("place", "slots", "running", "expected"),
    [
        (1, 2, [], 0),
        (1, 2, [1.0], 0),
        (3, 2, [], (3 * 6) ** 0.5),
        (1, 1, [0.0], 3),
        (2, 1, [0.0], 6),
        (1, 1, [4.0], 8),
        (5, 2, [0.0, 0.0], (9 * 15) ** 0.5),
    ],
    ids=[
        "an empty queue",
        "a free slot",
        "two before it",
        "a run that began now",
        "and one before it",
        "a run that is already one of the long ones",
        "two slots, or one of them",
    ],
)
def test_a_wait(place, slots, running, expected):
    """A slot is free after the rest of its run, each one ahead takes the mean; one slot may be blocked."""
    assert expected_wait(place, slots, running, RECENT) == pytest.approx(expected)


@pytest.mark.parametrize("slots", [2, 3, 8])
@pytest.mark.parametrize("blocked", [0, 1])
def test_a_wait_is_right_within_a_factor_of_two(slots, blocked):
    """A long queue moves as fast as its slots, and one of them may have a run that does not end."""
    real = 120 * 3 / (slots - blocked)

    shown = expected_wait(121, slots, [0.0] * slots, RECENT)

    assert real / 2 < shown < 2 * real


def test_a_sleeper_counts_for_one_slot():
    """A run that takes longer than all before it is not waited for while another slot serves the queue."""
    assert expected_wait(3, 2, [300.0, 0.0], RECENT) == pytest.approx(9)


def test_sleepers_in_all_slots_are_said_to_be():
    """When every slot has such a run, the wait is not known, and no number is made up."""
    assert expected_wait(1, 2, [300.0, 200.0], RECENT) is None


def test_more_runs_than_slots():
    """A run beyond the slots, as while a worker stops, gives no slot back."""
    assert expected_wait(1, 1, [4.0, 0.0], RECENT) == pytest.approx(8)
