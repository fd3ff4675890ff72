"""A picture in the terminal: colours as half blocks, two of them for each character."""

import numpy as np
from rich.style import Style
from rich.text import Text

UPPER_HALF = "\N{UPPER HALF BLOCK}"


def mixed(shares, low, middle, high):
    """Return the colours (..., 3) for `shares` in 0..1: from `low` over `middle` to `high`, each #rrggbb."""
    ends = np.array([_channels(colour) for colour in (low, middle, high)])
    channels = [np.interp(shares, [0, 0.5, 1], end) for end in ends.T]
    return np.stack(channels, axis=-1).astype(int)


def pictured(colours):
    """Return the pixels `colours` (rows, columns, 3), 0..255 and an even number of rows, as text."""
    text = Text(no_wrap=True)
    for upper, lower in zip(colours[::2], colours[1::2], strict=True):
        for above, below in zip(upper, lower, strict=True):
            text.append(UPPER_HALF, Style(color=_named(above), bgcolor=_named(below)))
        text.append("\n")
    return text


def _channels(colour):
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]


def _named(channels):
    red, green, blue = channels
    return f"rgb({red},{green},{blue})"
