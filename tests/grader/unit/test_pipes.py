"""Two pipes in place of a socket."""

import os

import pytest

from grader.boundary.frame_connection import Closed, FrameConnection
from grader.boundary.frame_limits import FROM_GRADER
from grader.boundary.pipes import Pipes


@pytest.fixture
def pair():
    """Return the two ends of two pipes."""
    (there_reading, here_writing), (here_reading, there_writing) = os.pipe(), os.pipe()
    return Pipes(here_reading, here_writing), Pipes(there_reading, there_writing)


def test_frames_travel_over_pipes(pair):
    """A connection works over pipes as over a socket, and hears of the end."""
    here, there = (FrameConnection(pipes, FROM_GRADER) for pipes in pair)

    here.send(b"\0\0\0\6\0\0\0\2[1, 2]ab")

    message, buffers = there.receive()
    assert (message, bytes(buffers)) == ([1, 2], b"ab")
    here.close()
    with pytest.raises(Closed):
        there.receive()
    with pytest.raises(Closed):
        there.send(b"late")
    there.close()


def test_a_time_limit_is_refused(pair):
    """A timeout for pipes is an error, not an endless wait."""
    here, there = pair

    with pytest.raises(ValueError, match="no time limits"):
        here.settimeout(1.0)

    here.close()
    there.close()
