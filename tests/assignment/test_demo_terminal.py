"""The picture that a demo draws in the terminal."""

import numpy as np
import pytest

from tests.cases.demos.terminal import mixed, pictured


def test_shares_are_mixed_from_three_colours():
    """0 is the first, a half the second, 1 the third, and other numbers lie between."""
    colours = mixed(np.array([0, 0.25, 0.5, 1]), "#000000", "#ffffff", "#ff0000")

    assert colours.tolist() == [[0, 0, 0], [127, 127, 127], [255, 255, 255], [255, 0, 0]]


def test_two_rows_share_a_line():
    """The upper of two pixels is the character's colour, the lower one its background."""
    pixels = np.array([[[1, 2, 3]], [[4, 5, 6]]])

    text = pictured(pixels)

    assert text.plain == "\N{UPPER HALF BLOCK}\n"
    assert (str(text.spans[0].style), len(text.spans)) == ("rgb(1,2,3) on rgb(4,5,6)", 1)


def test_an_odd_number_of_rows_is_refused():
    """No row is dropped in silence."""
    with pytest.raises(ValueError, match="shorter"):
        pictured(np.zeros((3, 2, 3), dtype=int))
