"""Charts with axes: places in per cent, lines at round numbers, words where they can be read."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from grader.core.statistics import arrivals_over_time, histogram
from grader.web.pages.plots import plot_arrivals, plot_curve, plot_scores

DUE = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)


def scores(*values, median=None, top=104):
    """Return the chart of these scores."""
    return plot_scores(histogram(values, top), median)


def test_bars_stand_side_by_side_below_the_highest_line():
    """Each bar begins where the one before ends, and its height is its share of the top line."""
    plot = scores(1, 1, 1, 50)

    assert [round(b.left - a.left - a.width, 9) for a, b in pairwise(plot.bars)] == [0] * 12
    assert plot.bars[-1].left + plot.bars[-1].width == pytest.approx(100)
    assert [tick.label for tick in plot.up] == ["0", "1", "2", "3"]
    assert (plot.bars[0].height, plot.bars[0].value) == (100, 3)
    assert plot.bars[6].height == pytest.approx(100 / 3)


@pytest.mark.parametrize(
    ("most", "labels"),
    [
        (1, ["0", "1"]),
        (4, ["0", "1", "2", "3", "4"]),
        (112, ["0", "40", "80", "120"]),
        (1400, ["0", "400", "800", "1,200", "1,600"]),
    ],
)
def test_the_lines_are_at_round_numbers(most, labels):
    """Four lines at most, from 0 to a number that no bar passes."""
    plot = scores(*[1] * most)

    assert [tick.label for tick in plot.up] == labels
    assert max(bar.height for bar in plot.bars) <= 100


def test_the_axis_has_the_true_ends():
    """The labels begin at 0 and end at the maximum, and none is too near the last."""
    ticks = scores(1).across

    assert [tick.label for tick in ticks] == ["0", "16", "32", "48", "64", "80", "104"]
    assert (ticks[0].place, ticks[-1].place) == (0, 100)


def test_the_median_is_at_its_score():
    """The line has its words on the side that has room."""
    (high,), (low,) = scores(1, median=78).marks, scores(1, median=13).marks

    assert (high.place, high.label, high.anchor) == (75, "median 78", "end")
    assert low.anchor == "start"


def test_no_scores():
    """A class without scores has bars without height, and no median."""
    plot = scores()

    assert {bar.height for bar in plot.bars} == {0}
    assert plot.marks == ()
    assert plot_arrivals(arrivals_over_time([], None), None, DUE).bars == ()


def test_counts_stand_on_the_highest_and_the_last_of_many_bars():
    """Of more than 16 bars most have no room for their number."""
    moments = [DUE - timedelta(hours=hour) for hour in (30, 20, 20, 20, 1)]

    plot = plot_arrivals(arrivals_over_time(moments, DUE), DUE, DUE - timedelta(hours=1))

    assert [bar.value for bar in plot.bars if bar.is_counted] == [3, 1]
    assert [mark.kind for mark in plot.marks] == ["now", "due"]


def test_what_is_outside_the_time_has_no_mark():
    """A present long after the last submission is no line of the chart."""
    plot = plot_arrivals(arrivals_over_time([DUE], DUE), None, DUE + timedelta(days=9))

    assert plot.marks == ()


@pytest.mark.parametrize("hours", [0, 1, 30, 24 * 20, 24 * 300, 24 * 4000, 24 * 40_000])
def test_time_has_few_labels_within_the_box(hours):
    """Any span, from one moment to a century, has at most six labels, left to right."""
    rows = [(DUE - timedelta(hours=hours), "submission 1", 1.0), (DUE, "submission 2", 2.0)]

    ticks = plot_curve(rows, 104, None, None).across

    places = [tick.place for tick in ticks]
    assert 1 <= len(ticks) <= 6
    assert places == sorted(places)
    assert all(0 <= place <= 100 for place in places)


def test_a_curve_is_over_real_time():
    """Points are apart as their moments are; a value beyond the top stays in the box and keeps its number."""
    rows = [
        (DUE - timedelta(hours=hour), f"submission {hour}", value)
        for hour, value in ((30, 52.0), (10, 300.0), (0, -1.0))
    ]

    plot = plot_curve(rows, 104, (26.0, 78.0), None)

    one, two, three = (point.place for point in plot.points)
    assert two - one == pytest.approx(2 * (three - two))
    assert [point.height for point in plot.points] == [50, 100, 0]
    assert plot.points[1].value == 300.0
    assert plot.band == (25, 75)
    assert len(plot.lines) == 2


def test_values_of_near_points_are_not_written_over_each_other():
    """The later one of two near points shows its value; the table has both."""
    rows = [(DUE - timedelta(hours=hour), "", 1.0) for hour in (40, 20.1, 20, 0)]

    points = plot_curve(rows, 104, None, None).points

    assert [point.is_numbered for point in points] == [True, False, True, True]
