"""The statistics of a class: spread of scores, hardness of problems, arrivals over time; also of nothing."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from grader.core.rubric import Problem
from grader.core.statistics import (
    PassRate,
    arrivals_over_time,
    histogram,
    mean,
    median,
    middle_half,
    pass_rates,
)

DASH = "\N{EN DASH}"
DUE = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
EASY, HARD, UNSEEN = (Problem(name, name, 4, f"Test{name}") for name in ("Easy", "Hard", "Unseen"))


def hours_before(*hours):
    """Return the moments so many hours before the deadline."""
    return [DUE - timedelta(hours=number) for number in hours]


def test_the_median_is_the_middle():
    """Of two middle scores it is the mean; of no scores there is none."""
    assert median([3, 1, 2]) == 2
    assert median([1, 2.5, 4, 10]) == 3.25
    assert median([]) is None


def test_a_histogram_of_104_points_has_13_bins():
    """Each bin is 8 points wide and says so; a score on a limit belongs to the bin above."""
    bins = histogram([0, 7.99, 8, 95.99, 96], 104)

    assert [each.label for each in bins[:2]] == [f"0{DASH}8", f"8{DASH}16"]
    assert [each.count for each in bins] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]


def test_the_maximum_is_in_the_last_bin():
    """The full score has no bin of its own; nor has one that an earlier rubric allowed."""
    last = histogram([104, 104, 110], 104)[-1]

    assert (last.label, last.count) == (f"96{DASH}104", 3)


@pytest.mark.parametrize(
    ("max_score", "number", "last"),
    [(100, 10, "90-100"), (60, 12, "55-60"), (3, 3, "2-3"), (101, 13, "93.23-101")],
)
def test_bins_are_equal_and_have_whole_limits_where_they_can(max_score, number, last):
    """There are at most 13, as many as divide the maximum; one that nothing divides well has odd limits."""
    bins = histogram([], max_score)

    assert (len(bins), bins[-1].label) == (number, last.replace("-", DASH))
    assert {each.high - each.low for each in bins} == {Fraction(max_score, number)}
    assert sum(each.count for each in bins) == 0


@pytest.mark.parametrize("max_score", [5, 23, 100, 104])
def test_every_score_is_in_the_bin_that_claims_it(max_score):
    """A score of two decimals lies within the limits of its bin, despite binary fractions."""
    for hundredths in range(0, max_score * 100, 7):
        (found,) = (each for each in histogram([hundredths / 100], max_score) if each.count)

        assert found.low <= Fraction(hundredths, 100) < found.high


def test_the_hardest_problem_comes_first():
    """The rate is the mean share of the points; a problem not judged counts in no rate, and comes last."""
    submissions = [{"Easy": 4.0, "Hard": 0.0}, {"Easy": 3.0, "Hard": None}, {"Easy": 4.0, "Hard": 1.0}]

    rates = pass_rates([UNSEEN, EASY, HARD], submissions, {})

    assert rates == (
        PassRate(HARD, rate=0.125, full=0, partial=1, none=1, not_judged=1),
        PassRate(EASY, rate=11 / 12, full=2, partial=1, none=0, not_judged=0),
        PassRate(UNSEEN, rate=None, full=0, partial=0, none=0, not_judged=3),
    )


def test_equally_hard_problems_keep_the_handouts_order():
    """Problems of one rate come as the rubric has them."""
    rates = pass_rates([HARD, EASY], [{"Easy": 2.0, "Hard": 2.0}], {})

    assert [each.problem for each in rates] == [HARD, EASY]


def test_nobody_has_rates_of_nothing():
    """Without submissions each problem is there, without a rate."""
    rates = pass_rates([EASY, HARD], [], {})

    assert [(each.rate, each.not_judged) for each in rates] == [(None, 0), (None, 0)]


def test_those_who_have_not_started_do_not_count_as_failing():
    """They are counted by themselves, and the mean is of those who started; of none there is no mean."""
    submissions = [{"Easy": 4.0, "Hard": 0.0}, {"Easy": 0.0, "Hard": 0.0}, {"Easy": 0.0, "Hard": 0.0}]

    rates = pass_rates([EASY, HARD], submissions, {"Easy": 1, "Hard": 3})
    by_id = {each.problem.id: each for each in rates}

    assert by_id["Easy"] == PassRate(EASY, rate=0.5, full=1, partial=0, none=1, not_judged=0, not_started=1)
    assert by_id["Hard"] == PassRate(HARD, rate=None, full=0, partial=0, none=0, not_judged=0, not_started=3)


def test_the_mean_and_the_middle_half():
    """The middle half leaves out a quarter at either end; few scores have none."""
    assert mean([1, 2, 6]) == 3
    assert mean([]) is None
    assert middle_half([0, 10, 20, 30, 40]) == (10, 30)
    assert middle_half([1, 2, 3]) is None


def test_hours_count_towards_the_deadline():
    """Within forty hours a bin is an hour; the one that ends at the deadline still is in time."""
    found = arrivals_over_time(hours_before(11.5, 11.5, 0.5, 0, -0.01), DUE)

    assert found.width == timedelta(hours=1)
    assert [each.count for each in found.bins] == [2, *[0] * 10, 2, 1]
    assert found.bins[found.in_time - 1].end == DUE
    assert sum(each.count for each in found.bins[found.in_time :]) == 1


def test_the_bins_reach_to_a_deadline_that_is_ahead():
    """A chart shows how much time is left."""
    found = arrivals_over_time(hours_before(12, 11), DUE)

    assert found.in_time == len(found.bins) == 13
    assert found.bins[-1].end == DUE


def test_all_may_come_too_late():
    """The bin that ends at the deadline is there, though it is empty."""
    found = arrivals_over_time(hours_before(-5), DUE)

    assert (found.in_time, found.bins[0].count, found.bins[-1].count) == (1, 0, 1)


@pytest.mark.parametrize("hours", [10, 39, 40, 41, 100, 240, 500, 1000, 5000, 100_000])
@pytest.mark.parametrize("due_at", [DUE, None])
def test_there_are_10_to_40_bins(hours, due_at):
    """However long the time, the chart has about as many bins, which meet and hold each moment once."""
    found = arrivals_over_time(hours_before(hours, 7, 0), due_at)

    assert 10 <= len(found.bins) <= 40
    assert sum(each.count for each in found.bins) == 3
    assert all(one.end == two.start for one, two in zip(found.bins, found.bins[1:], strict=False))
    assert {each.end - each.start for each in found.bins} == {found.width}


def test_without_a_deadline_bins_end_on_the_hour():
    """They are those of the clock in UTC, and none counts as in time."""
    found = arrivals_over_time(hours_before(1), None)

    assert found.in_time is None
    assert [(each.end.minute, each.count) for each in found.bins] == [(0, 1)]


@pytest.mark.parametrize("due_at", [DUE, None])
def test_nothing_came(due_at):
    """No moments have no bins, deadline or not."""
    found = arrivals_over_time([], due_at)

    assert (found.bins, found.in_time) == ((), None)
