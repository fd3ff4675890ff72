"""Student processes, their channels and adapters."""

import pytest

from grader.boundary.channel import Channel
from grader.boundary.remote_adapters import RemoteAdapters
from grader.sandbox.process import ProcessRunner
from grader.sandbox.runner import Allowance
from tests.grader.support.nodes import INTERFACE, NODES, SECONDS


@pytest.fixture
def start():
    """Return a function that starts a student process with an adapters module and returns its channel."""
    processes = []

    def start(source, allowance=None, **files):
        processes.append(ProcessRunner(allowance or Allowance()).open())
        channel = Channel(processes[-1].stream, INTERFACE)
        channel.limit_time(SECONDS)
        others = {f"{name}.py": text.encode() for name, text in files.items()}
        channel.load({"tests/adapters.py": source.encode(), **others})
        channel.start_afresh()
        return channel

    yield start
    for process in processes:
        process.kill()


@pytest.fixture
def channel(start):
    """Return the channel to a process that holds nodes."""
    return start(NODES)


@pytest.fixture
def adapters(channel):
    """Return the adapters of that process."""
    return RemoteAdapters(lambda: channel, INTERFACE)
