"""The geometry of curves with axes: round lines, true ends, and a place for any number."""

from itertools import pairwise

import pytest

from grader.web.pages.curves import MOST_LABELS, Measurement, plot, thin_out


def points(*values):
    """Return points at 1, 2 and so on."""
    return [Measurement(place, value, str(place)) for place, value in enumerate(values, start=1)]


@pytest.mark.parametrize(
    ("highest", "labels"),
    [
        (2.6, ["0", "1", "2", "3"]),
        (0.34, ["0", "0.1", "0.2", "0.3", "0.4"]),
        (7.0, ["0", "2", "4", "6", "8"]),
        (1200, ["0", "500", "1,000", "1,500"]),
        (0, ["0", "1"]),
        (-5, ["0", "1"]),
    ],
)
def test_lines_are_at_round_numbers(highest, labels):
    """The y axis begins at 0, ends above all values, and has a few lines."""
    assert [line.label for line in plot(points(highest)).lines] == labels


def test_an_axis_to_a_given_top():
    """With a given top the axis ends there."""
    drawn = plot(points(26, 52), top=104)

    assert [(line.at, line.label) for line in drawn.lines] == [(100, "0"), (50, "52"), (0, "104")]
    assert [(mark.x, mark.y) for mark in drawn.marks] == [(0, 75), (100, 50)]
    assert drawn.path == "0.00,75.00 100.00,50.00"
    assert drawn.ahead == 100


def test_the_axis_goes_on_to_what_is_still_to_come():
    """With a given end the part behind the last point is ahead."""
    drawn = plot([Measurement(1, 1.0, "a"), Measurement(2, 1.0, "b")], first=0.0, last=8.0)

    assert [mark.x for mark in drawn.marks] == [12.5, 25]
    assert drawn.ahead == 25
    assert [label.label for label in drawn.labels] == ["0", "2", "4", "6", "8"]


@pytest.mark.parametrize("count", [0, 1, 2, 8, 9, 30])
def test_labels_do_not_crowd(count):
    """A few points are labelled, the newest always."""
    drawn = plot(points(*range(count)))

    assert len(drawn.labels) <= MOST_LABELS
    assert [label.label for label in drawn.labels[-1:]] == ([str(count)] if count else [])


@pytest.mark.parametrize("value", [1.7e308, -1.7e308, 5e-324, 0.0])
def test_any_number_has_a_place(value):
    """The largest and the smallest numbers stay within the plot."""
    drawn = plot(points(1.0, value, value), first=0.0, last=abs(value))

    assert all(0 <= place <= 100 for mark in drawn.marks for place in (mark.x, mark.y))
    assert len(drawn.lines) <= 6
    assert len(drawn.labels) <= MOST_LABELS + 1


@pytest.mark.parametrize(("there", "most"), [(0, 5), (5, 5), (6, 5), (1000, 200), (399, 200)])
def test_thinning_keeps_the_last_and_the_order(there, most):
    """At most so many rows are left, in order, the last among them, and the rest evenly spread."""
    rows = [(str(number), float(number)) for number in range(there)]

    left = thin_out(rows, most)

    steps = {int(b[1] - a[1]) for a, b in pairwise(left)}
    assert len(left) == min(there, most)
    assert left == sorted(left, key=lambda row: row[1])
    assert left[-1:] == rows[-1:]
    assert len(steps) <= 2
