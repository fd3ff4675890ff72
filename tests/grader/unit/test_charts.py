"""The geometry of charts: places in the box, also for no value, one value and absurd ones."""

from itertools import pairwise

import pytest

from grader.web.pages.charts import HEIGHT, WIDTH, line, thin_out


def test_a_line_goes_from_side_to_side():
    """Values are spread over the whole width, from 0 at the bottom to the highest at the top."""
    drawn = line([("a", 0), ("b", 5), ("c", 10)])

    assert [(dot.x, dot.y) for dot in drawn.dots] == [(0, HEIGHT), (WIDTH / 2, HEIGHT / 2), (WIDTH, 0)]
    assert drawn.path == "0.0,120.0 300.0,60.0 600.0,0.0"
    assert drawn.top == 10


def test_a_line_below_a_given_top():
    """With a given top the box is not filled, and a value beyond it stays in the box but keeps its number."""
    drawn = line([("a", 5), ("b", 30), ("c", -5)], top=20)

    assert [dot.y for dot in drawn.dots] == [HEIGHT * 0.75, 0, HEIGHT]
    assert [dot.value for dot in drawn.dots] == [5, 30, -5]


@pytest.mark.parametrize("rows", [[], [("a", 3)], [("a", 0), ("b", 0)], [("a", -1), ("b", -2)]])
def test_few_or_flat_values(rows):
    """Nothing is divided by zero, and every point stays in the box."""
    drawn = line(rows)

    assert len(drawn.dots) == len(rows)
    assert all(0 <= dot.x <= WIDTH and 0 <= dot.y <= HEIGHT for dot in drawn.dots)


@pytest.mark.parametrize("value", [1e308, -1e308, 0.0])
def test_a_submission_may_tell_absurd_numbers(value):
    """A loss of any size has its point in the box."""
    drawn = line([("a", 1.0), ("b", value), ("c", 0.5)])

    assert all(0 <= dot.y <= HEIGHT for dot in drawn.dots)


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
