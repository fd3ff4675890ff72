"""The geometry of charts: what stands where in the box, also for no value, one value and absurd ones."""

from itertools import pairwise

import pytest

from grader.web.pages.charts import GAP, HEIGHT, WIDTH, bars, line, thinned


def test_bars_stand_on_the_bottom_side_by_side():
    """Each bar ends at the bottom; the highest is as high as the box; gaps part them."""
    one, two, three = bars([("a", 1), ("b", 4), ("c", 0)])

    assert [each.y + each.height for each in (one, two, three)] == [HEIGHT] * 3
    assert (one.height, two.height, three.height) == (HEIGHT / 4, HEIGHT, 0)
    assert two.x - (one.x + one.width) == pytest.approx(GAP)
    assert three.x + three.width == pytest.approx(WIDTH - GAP / 2)
    assert (two.label, two.value) == ("b", 4)


def test_no_bars():
    """No values, no bars; values that are all zero are bars without height."""
    assert bars([]) == ()
    assert [each.height for each in bars([("a", 0), ("b", 0)])] == [0, 0]


def test_a_line_goes_from_side_to_side():
    """Values are spread over the whole width, from 0 at the bottom to the highest at the top."""
    drawn = line([("a", 0), ("b", 5), ("c", 10)])

    assert [(dot.x, dot.y) for dot in drawn.dots] == [(0, HEIGHT), (WIDTH / 2, HEIGHT / 2), (WIDTH, 0)]
    assert drawn.path == "0.0,120.0 300.0,60.0 600.0,0.0"
    assert drawn.top == 10


def test_a_line_below_a_given_top():
    """With a given top the box is not filled, and what lies beyond stays in the box but keeps its value."""
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
    """The point of any loss, large or small, lies in the box."""
    drawn = line([("a", 1.0), ("b", value), ("c", 0.5)])

    assert all(0 <= dot.y <= HEIGHT for dot in drawn.dots)


@pytest.mark.parametrize(("there", "most"), [(0, 5), (5, 5), (6, 5), (1000, 200), (399, 200)])
def test_thinning_keeps_the_last_and_the_order(there, most):
    """At most so many rows are left, in order, the last among them, and the rest evenly spread."""
    rows = [(str(number), float(number)) for number in range(there)]

    left = thinned(rows, most)

    steps = {int(b[1] - a[1]) for a, b in pairwise(left)}
    assert len(left) == min(there, most)
    assert left == sorted(left, key=lambda row: row[1])
    assert left[-1:] == rows[-1:]
    assert len(steps) <= 2
