"""Jobs: the suite's process, with the cases collected, waits for submissions and forks for each one."""

import gc
import os
import signal
import socket
import time
from typing import Any

from grader.sandbox.limited import die_with_parent
from grader.suite.leases import SandboxClient
from grader.suite.messages import Messages, SuiteJob

DATAGRAM = 16
DESCRIPTORS = 2
SECONDS_BETWEEN = 0.1
OFTEN = {"result", "lines"}  # kinds of events


class RunningJob:
    """One submission to run the cases on, in a process of its own."""

    def __init__(self, messages: Messages, processes: SandboxClient) -> None:
        """Take the job from `messages`; its student processes come from `processes`."""
        self.processes = processes
        self._messages = messages
        self._unsent: list[Any] = []
        self._next = 0.0  # when results are sent, by time.monotonic
        messages.send([["begun", os.getpid()]])
        self.work: SuiteJob = messages.receive_job()

    def tell(self, kind: str, content: Any) -> None:
        """Send an event to the worker. Raises Closed when it has given the job up.

        Results and lines come by the hundred a second, so they travel together; other events travel at once.
        """
        self._unsent.append([kind, content])
        now = time.monotonic()
        if kind in OFTEN and now < self._next:
            return
        self._next = now + SECONDS_BETWEEN
        self._messages.send(self._unsent)
        self._unsent = []


class JobSource:
    """The suite's process between two jobs."""

    def __init__(self, control: socket.socket, announcements: Messages) -> None:
        """Wait for jobs on the socket `control`; announce the suite by `announcements`."""
        self._control = control
        self._announcements = announcements

    def announce(self, **facts: Any) -> None:
        """Send facts about the suite, which the worker's SuiteProcess has as properties."""
        self._announcements.send(facts)

    def next(self) -> RunningJob | None:
        """Wait, and return each job in a fork of this process; return None here when no more will come."""
        self._announcements.close()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the worker sees a fork's end by its socket
        gc.collect()
        gc.freeze()  # the collected cases are no garbage, and are not to be looked through in every fork
        while True:
            asked, descriptors, _, _ = socket.recv_fds(self._control, DATAGRAM, DESCRIPTORS)
            if not asked:
                return None
            if not os.fork():
                return self._begin(*descriptors)
            for descriptor in descriptors:
                os.close(descriptor)

    def _begin(self, messages: int, control: int) -> RunningJob:
        self._control.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        die_with_parent()
        return RunningJob(
            Messages(socket.socket(fileno=messages)), SandboxClient(socket.socket(fileno=control))
        )
