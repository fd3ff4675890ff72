"""Statistics of a class: the spread of scores, the pass rate of each problem, the times of submissions.

All functions accept empty data: without scores the median is None and the bins are empty.
"""

import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import count

from grader.core.rubric import Problem
from grader.core.scoring import format_points

MOST_BINS = 13
FEWEST_FOR_HALVES = 4  # scores
FEWEST_WHOLE_BINS = 5  # rather than fewer, the limits are no whole numbers
MOST_TIME_BINS = 40
MIDNIGHT = datetime(1970, 1, 1, tzinfo=UTC)

Points = Mapping[str, float | None]


@dataclass(frozen=True)
class Bin:
    """How many scores are at least `low` and below `high`; the last bin has also the maximum, its `high`."""

    low: Fraction
    high: Fraction
    count: int

    @property
    def label(self) -> str:
        """The limits, as people write them."""
        return f"{format_points(self.low)}\N{EN DASH}{format_points(self.high)}"


@dataclass(frozen=True)
class PassRate:
    """How a class did on a problem: the mean share of its points, and how many earned how much of them.

    Who has not started a problem is in `not_started` alone, and not in the mean. `rate` is None when no
    submission that started the problem was judged on it.
    """

    problem: Problem
    rate: float | None
    full: int
    partial: int
    none: int
    not_judged: int
    not_started: int = 0


@dataclass(frozen=True)
class TimeBin:
    """How many came after `start` and no later than `end`."""

    start: datetime
    end: datetime
    count: int


@dataclass(frozen=True)
class Arrivals:
    """The submissions over time; the first `in_time` bins end by the deadline (None if there is none)."""

    width: timedelta
    bins: tuple[TimeBin, ...]
    in_time: int | None


def median(scores: Iterable[float]) -> float | None:
    """Return the middle score, None of none."""
    found = list(scores)
    return statistics.median(found) if found else None


def mean(scores: Sequence[float]) -> float | None:
    """Return the mean score, None of none."""
    return statistics.fmean(scores) if scores else None


def middle_half(scores: Iterable[float]) -> tuple[float, float] | None:
    """Return the scores between which the middle half of a class is; None for fewer than four."""
    found = sorted(scores)
    if len(found) < FEWEST_FOR_HALVES:
        return None
    low, _, high = statistics.quantiles(found, n=4, method="inclusive")
    return low, high


def histogram(scores: Iterable[float], max_score: int) -> tuple[Bin, ...]:
    """Return equal bins from 0 to `max_score`; a higher score, of an earlier rubric, is in the last one."""
    number = _number_of_bins(max_score)
    counts = Counter(min(int(score * number / max_score), number - 1) for score in scores)
    limits = [Fraction(max_score * i, number) for i in range(number + 1)]
    return tuple(Bin(limits[i], limits[i + 1], counts[i]) for i in range(number))


def pass_rates(
    problems: Iterable[Problem], submissions: Sequence[Points], unstarted: Mapping[str, int]
) -> tuple[PassRate, ...]:
    """Return how a class did on each problem, hardest first, those without a rate last.

    `submissions` are the points by problem of each that counts; a problem that one lacks was not judged.
    `unstarted` has the number of submissions without any code for a problem, by its id.
    """
    rates = [_pass_rate(problem, submissions, unstarted.get(problem.id, 0)) for problem in problems]
    return tuple(sorted(rates, key=lambda each: 2.0 if each.rate is None else each.rate))


def arrivals_over_time(moments: Iterable[datetime], due_at: datetime | None) -> Arrivals:
    """Return 10 to 40 bins of time that span all moments and the deadline; fewer for less than 10 hours.

    A bin ends at the deadline, so no bin mixes submissions in time with late ones.
    """
    found = list(moments)
    if not found:
        return Arrivals(next(_widths()), (), None)
    anchor = due_at or MIDNIGHT
    spanned = [*found, due_at] if due_at else found
    width, places = _divide(min(spanned) - anchor, max(spanned) - anchor)
    counts = Counter(_place(moment - anchor, width) for moment in found)
    bins = (TimeBin(anchor + (i - 1) * width, anchor + i * width, counts[i]) for i in places)
    return Arrivals(width, tuple(bins), in_time=1 - places.start if due_at else None)


def _divide(first: timedelta, last: timedelta) -> tuple[timedelta, range]:
    """Return the smallest width of which few enough bins reach from `first` to `last`, and their places."""
    divided = ((width, range(_place(first, width), _place(last, width) + 1)) for width in _widths())
    return next((width, places) for width, places in divided if len(places) <= MOST_TIME_BINS)


def _place(distance: timedelta, width: timedelta) -> int:
    """Return the place of the bin at that distance from the anchor; the bin of place 0 ends at the anchor."""
    return -(-distance // width)


def _widths() -> Iterator[timedelta]:
    """Yield the widths that a bin of time may have; none is more than three times the one before."""
    yield from (timedelta(hours=hours) for hours in (1, 3, 6, 12))
    yield from (timedelta(days=2**n) for n in count())


def _number_of_bins(max_score: int) -> int:
    """Return the most bins, 13 at most, whose limits are whole numbers, unless that were too few."""
    whole = (number for number in range(MOST_BINS, FEWEST_WHOLE_BINS - 1, -1) if max_score % number == 0)
    return next(whole, min(max_score, MOST_BINS))


def _pass_rate(problem: Problem, submissions: Sequence[Points], not_started: int) -> PassRate:
    earned = [points.get(problem.id) for points in submissions]
    judged = [points for points in earned if points is not None]
    full, none = sum(points >= problem.points for points in judged), judged.count(0) - not_started
    started = len(judged) - not_started
    return PassRate(
        problem=problem,
        rate=sum(judged) / (started * problem.points) if started else None,
        full=full,
        partial=started - full - none,
        none=none,
        not_judged=len(earned) - len(judged),
        not_started=not_started,
    )
