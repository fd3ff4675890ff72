"""The decimals of points on pages."""

from fractions import Fraction

import pytest

from grader.render.decimals import in_column, in_tile


@pytest.mark.parametrize(
    ("points", "column", "tile"),
    [
        (0, "0.00", "0"),
        (15, "15.00", "15"),
        (19.6, "19.60", "19.60"),
        (92.11, "92.11", "92.11"),
        (Fraction(3, 2), "1.50", "1.50"),
        (Fraction(2, 3), "0.67", "0.67"),
        (Fraction(1, 200), "0.01", "0.01"),  # half a hundredth goes up
        (Fraction(1, 201), "0.00", "0"),
        (Fraction(1999, 1000), "2.00", "2"),
        (Fraction(10_409, 100), "104.09", "104.09"),
    ],
)
def test_the_decimals_of_points(points, column, tile):
    """A column always has two decimals; a tile has none for whole points."""
    assert (in_column(points), in_tile(points)) == (column, tile)


@pytest.mark.parametrize("points", [0, 1, Fraction(1, 3), 7.25, 104])
def test_a_column_lines_up(points):
    """All numbers of a column have their point at the same place from the right."""
    assert in_column(points)[-3] == "."
