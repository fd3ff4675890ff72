"""Charts with axes: values become places in per cent of a box, and plots.html.j2 draws those as SVG.

The box has the width of its column and its text keeps its size. A place across is from the left, a height
from the bottom.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from grader.core.scoring import format_points
from grader.core.statistics import Arrivals, Bin, TimeBin

MOST_LINES = 4  # of the y axis, above its zero
MOST_COUNTED = 16  # bars; of more, the highest and the last show their counts
MOST_TIMES = 5  # on an axis of time
NUMBERED_APART = 10.0  # per cent between two points that show their values
HOURS = (1, 3, 6, 12, 24, 48, 96, 168, 336, 672, 1344, 2688, 8760)  # between two labels of time
STEPS = (1, 2, 4, 5)
WHOLE_DAYS = timedelta(days=1)


@dataclass(frozen=True)
class Tick:
    """A label of an axis."""

    place: float
    label: str


@dataclass(frozen=True)
class CrossLine:
    """A line across the box with its label; `kind` is `median`, `due` or `now`."""

    place: float
    label: str
    kind: str

    @property
    def anchor(self) -> str:
        """The end of the label that is at the line."""
        return "end" if self.place > 50 else "start"  # noqa: PLR2004 - the middle


@dataclass(frozen=True)
class Bar:
    """A bar with its label and value; `is_counted` tells whether the value is written above it."""

    left: float
    width: float
    height: float
    label: str
    value: int
    is_counted: bool


@dataclass(frozen=True)
class BarPlot:
    """Bars side by side, the labels of both axes, and marks."""

    bars: tuple[Bar, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    marks: tuple[CrossLine, ...] = ()


@dataclass(frozen=True)
class Point:
    """A point of a curve with its label and value; `is_numbered` tells whether the value is written."""

    place: float
    height: float
    label: str
    value: float
    is_numbered: bool


@dataclass(frozen=True)
class CurvePlot:
    """Points over time, the labels of both axes, marks, and a band from its lower to its upper height."""

    points: tuple[Point, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    marks: tuple[CrossLine, ...]
    band: tuple[float, float] | None

    @property
    def lines(self) -> list[tuple[Point, Point]]:
        """The neighbouring points."""
        return list(pairwise(self.points))


def plot_scores(bins: Sequence[Bin], median: float | None) -> BarPlot:
    """Return the spread of the scores, with the median."""
    number = len(bins)
    top = float(bins[-1].high) if bins else 0.0
    step = 2 if number > MOST_TIMES + 1 else 1
    places = [*(place for place in range(0, number, step) if place + step <= number or not place), number]
    limits = [*(each.low for each in bins), *(each.high for each in bins[-1:])]
    across = tuple(Tick(100 * place / number, format_points(limits[place])) for place in places if bins)
    marks = () if median is None or not top else (_median(median, top),)
    heights = _bars([(each.label, each.count) for each in bins])
    return BarPlot(heights[0], across, heights[1], marks)


def plot_arrivals(arrivals: Arrivals, due_at: datetime | None, now: datetime) -> BarPlot:
    """Return the submissions over time, with the deadline and the present where they are in the box."""
    bins = arrivals.bins
    if not bins:
        return BarPlot((), (), ())
    start, end = bins[0].start, bins[-1].end
    bars, up = _bars([(_span(each), each.count) for each in bins])
    due = (due_at, f"due {due_at:%H:%M}" if due_at else "", "due")
    marks = _marks([(now, f"now, {now:%H:%M}", "now"), due], start, end)
    return BarPlot(bars, _times(start, end), up, marks)


def plot_curve(
    rows: Sequence[tuple[datetime, str, float]],
    top: float,
    band: tuple[float, float] | None,
    due_at: datetime | None,
) -> CurvePlot:
    """Return the points (moment, label, value) over time, of `top`, with a band of values."""
    moments = [moment for moment, *_ in rows]
    start, end = _frame([*moments, due_at] if due_at and moments and due_at >= moments[0] else moments)
    places = [_share(moment, start, end) for moment in moments]
    numbered = _numbered(places)
    points = tuple(
        Point(place, _height(value, top), label, value, place in numbered)
        for place, (_, label, value) in zip(places, rows, strict=True)
    )
    due = (due_at, f"due {due_at:%H:%M}" if due_at else "", "due")
    heights = (_height(band[0], top), _height(band[1], top)) if band else None
    return CurvePlot(points, _times(start, end), _lines(top), _marks([due], start, end), heights)


def _numbered(places: Sequence[float]) -> set[float]:
    """Return the places whose values are written: the last, and earlier ones far enough from the next."""
    chosen: list[float] = []
    for place in reversed(places):
        if not chosen or chosen[-1] - place >= NUMBERED_APART:
            chosen.append(place)
    return set(chosen)


def _marks(
    found: Sequence[tuple[datetime | None, str, str]], start: datetime, end: datetime
) -> tuple[CrossLine, ...]:
    """Return the marks (moment, label, kind) that are on an axis of time; its end has the whole minute."""
    limit = end + timedelta(minutes=1)
    return tuple(
        CrossLine(_share(moment, start, end), label, kind)
        for moment, label, kind in found
        if moment is not None and start <= moment <= limit
    )


def _median(median: float, top: float) -> CrossLine:
    return CrossLine(_height(median, top), f"median {median:.1f}".removesuffix(".0"), "median")


def _bars(rows: Sequence[tuple[str, int]]) -> tuple[tuple[Bar, ...], tuple[Tick, ...]]:
    """Return a bar for each (label, count), and the labels of the y axis."""
    counts = [count for _, count in rows]
    step, lines = _divide(max(counts, default=0))
    top, width = step * lines, 100 / max(1, len(rows))
    highest = counts.index(max(counts)) if counts else 0
    counted = range(len(rows)) if len(rows) <= MOST_COUNTED else _shown(counts, highest)
    bars = tuple(
        Bar(width * place, width, 100 * count / top, label, count, place in counted)
        for place, (label, count) in enumerate(rows)
    )
    return bars, tuple(Tick(100 * line / lines, f"{step * line:,}") for line in range(lines + 1))


def _shown(counts: Sequence[int], highest: int) -> set[int]:
    """Return the bars of many that show their count: the highest, and the last that has any."""
    last = max((place for place, count in enumerate(counts) if count), default=0)
    return {highest, last} if abs(highest - last) > 1 else {highest}


def _divide(top: int) -> tuple[int, int]:
    """Return the step between the lines of a y axis that reaches `top`, and their number."""
    size = 1
    while True:
        for step in STEPS:
            if -(-top // (step * size)) <= MOST_LINES:
                return step * size, max(1, -(-top // (step * size)))
        size *= 10


def _lines(top: float) -> tuple[Tick, ...]:
    """Return four lines up to the maximum score, which need not be a round number."""
    return tuple(
        Tick(100 * line / MOST_LINES, f"{top * line / MOST_LINES:.1f}".removesuffix(".0"))
        for line in range(MOST_LINES + 1)
    )


def _height(value: float, top: float) -> float:
    return 100 * min(max(value / top, 0.0), 1.0) if top else 0.0


def _share(moment: datetime, start: datetime, end: datetime) -> float:
    return 100 * min(max((moment - start) / (end - start), 0.0), 1.0)


def _frame(moments: Sequence[datetime]) -> tuple[datetime, datetime]:
    """Return the ends of an axis of time around these moments, which need not differ."""
    if not moments:
        return datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    first, last = min(moments), max(moments)
    edge = max((last - first) / 12, timedelta(hours=1))
    return first - edge, last + edge


def _times(start: datetime, end: datetime) -> tuple[Tick, ...]:
    """Return labels of an axis of time at round hours or days, in UTC."""
    span = end - start
    hours = next((each for each in HOURS if span / timedelta(hours=each) <= MOST_TIMES), HOURS[-1])
    step = timedelta(hours=hours)
    if span / step > MOST_TIMES:
        return (Tick(0, f"{start:%Y}"), Tick(100, f"{end:%Y}"))
    epoch = datetime(2024, 1, 1, tzinfo=UTC)  # a Monday
    first = epoch + -(-(start - epoch) // step) * step
    moments = [first + place * step for place in range(MOST_TIMES + 1) if first + place * step <= end]
    return tuple(Tick(_share(each, start, end), _label(each, step)) for each in moments)


def _span(each: TimeBin) -> str:
    """Return the limits of a bin in words."""
    first = f"{each.start:%a} {each.start.day} {each.start:%b, %H:%M}"
    same_day = each.start.date() == each.end.date()
    return (
        f"{first} to {each.end:%H:%M}"
        if same_day
        else f"{first} to {each.end:%a} {each.end.day}, {each.end:%H:%M}"
    )


def _label(moment: datetime, step: timedelta) -> str:
    if step < WHOLE_DAYS:
        return f"{moment:%a %H:%M}"
    return f"{moment.day} {moment:%b}" if step > 7 * WHOLE_DAYS else f"{moment:%a} {moment.day}"
