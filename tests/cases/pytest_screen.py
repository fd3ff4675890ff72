"""The screen that a local run writes to."""

import sys

from grader.render.screen import Screen


def screen_of(config):
    """Return the screen of pytest's terminal; its encoding is that of the standard output."""
    return Screen.of(config.get_terminal_writer().fullwidth, getattr(sys.__stdout__, "encoding", None))
