"""Finds the frame of the test that asked for something, where tests run in this process."""

import sys


def frame_of_test():
    """Return the innermost frame of a test function, or None."""
    frame = sys._getframe()
    while frame and not frame.f_code.co_name.startswith("test_"):
        frame = frame.f_back
    return frame
