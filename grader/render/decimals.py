"""Numbers as text on pages: one rule for columns of points, one for numbers that stand alone."""

from fractions import Fraction
from math import floor


def in_column(points: Fraction | float) -> str:
    """Return points with two decimals, as all numbers of a report or a table have: 92.11, 19.60, 15.00.

    Half a hundredth goes up. Points are never negative.
    """
    whole, hundredths = divmod(floor(Fraction(points) * 100 + Fraction(1, 2)), 100)
    return f"{whole}.{hundredths:02}"


def in_tile(number: Fraction | float) -> str:
    """Return a number that stands alone, in a tile or a sentence: 15 if whole, else two decimals."""
    return in_column(number).removesuffix(".00")
