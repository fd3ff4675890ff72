"""A channel and the peer that it speaks with."""

import socket

import pytest

from grader.boundary.channel import Channel
from grader.boundary.interface import Interface
from tests.grader.support.peer import SECONDS, Peer


@pytest.fixture
def ends():
    """Return a channel and the peer that it speaks with."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        channel = Channel(ours, Interface())
        channel.limit_time(SECONDS)
        yield channel, Peer(theirs)


@pytest.fixture
def channel(ends):
    """Return the channel."""
    return ends[0]


@pytest.fixture
def peer(ends):
    """Return the peer."""
    return ends[1]
