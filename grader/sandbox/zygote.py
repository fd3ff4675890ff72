"""Forks student processes: the zygote has imported their modules, so that each starts at once.

Started by the trusted side as `main(serve, CONTROL, SETTINGS)`, inside the sandbox if there is one. It never
runs code of a submission and holds no secret: every submission starts with a copy of its memory. It imports
the standard library and numpy only.

CONTROL is a SOCK_SEQPACKET socket. Each datagram asks for one process and brings three descriptors: the
student's end of the boundary, the pipe for its output, and a life line (lifeline.py). When CONTROL is closed,
this process ends, and its children with it.
"""

import contextlib
import gc
import json
import os
import random
import select
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import NoReturn

import numpy as np

from grader.sandbox.jail import Jail
from grader.sandbox.lifeline import READY, REASON_BYTES, STATUS

DATAGRAM = 64
KIBI = 1 << 10
DESCRIPTORS = 3


Serve = Callable[[socket.socket], NoReturn]


@dataclass(frozen=True)
class Child:
    """A student process, the descriptor that tells of its end, and its life line."""

    pid: int
    end: int
    life: socket.socket


class ZygoteServer:
    """Serves one control socket."""

    def __init__(self, serve: Serve, control: socket.socket, jail: Jail) -> None:
        """Fork processes that enter `jail` and `serve` the boundary."""
        self._serve = serve
        self._control = control
        self._jail = jail
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._by_descriptor: dict[int, Child] = {}

    def serve(self) -> None:
        """Serve requests until the control socket is closed; then the children end with this process."""
        while True:
            descriptor, _ = self._poll.poll()[
                0
            ]  # one at a time: the next may be about a number that is closed now
            if descriptor != self._control.fileno():
                self._attend(descriptor)
            elif not self._open():
                return

    def _open(self) -> bool:
        """Fork one process; return whether one was asked for."""
        asked, descriptors, _, _ = socket.recv_fds(self._control, DATAGRAM, DESCRIPTORS)
        if not asked:
            return False
        stream, output, life = descriptors
        parent = os.getpid()
        pid = os.fork()
        if not pid:
            self._become_student(parent, stream, output, life)
        os.close(stream)
        os.close(output)
        child = Child(pid, os.pidfd_open(pid), socket.socket(fileno=life))
        for descriptor in (child.end, child.life.fileno()):
            self._by_descriptor[descriptor] = child
            self._poll.register(descriptor, select.POLLIN)
        return True

    def _attend(self, descriptor: int) -> None:
        """Reap a child that has ended; kill one that is no longer wanted first."""
        child = self._by_descriptor[descriptor]
        if descriptor != child.end:
            os.kill(child.pid, signal.SIGKILL)
        _, status, used = os.wait4(child.pid, 0)
        for known in (child.end, child.life.fileno()):
            self._poll.unregister(known)
            del self._by_descriptor[known]
        with contextlib.suppress(OSError):  # the trusted side may be gone
            child.life.send(STATUS.pack(os.waitstatus_to_exitcode(status), used.ru_maxrss * KIBI))
        os.close(child.end)
        child.life.close()

    def _become_student(self, parent: int, stream: int, output: int, life: int) -> NoReturn:
        """Confine this process and serve the boundary in it."""
        try:
            os.setsid()
            _arrange(output, (stream, life, self._jail.descriptor))
            self._jail.enter(parent)
            os.write(life, READY)
            os.close(life)
        except BaseException as failed:  # noqa: BLE001 - the trusted side gets the reason
            os.write(life, f"{type(failed).__name__}: {failed}".encode()[:REASON_BYTES])
            os._exit(1)
        try:
            self._serve(socket.socket(fileno=stream))
        finally:  # never back into the zygote's own loop
            os._exit(1)


def _arrange(output: int, kept: tuple[int, ...]) -> None:
    """Print to `output`, read nothing, and close all descriptors but `kept`."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    for below, above in pairwise([2, *sorted(kept), os.sysconf("SC_OPEN_MAX")]):
        os.closerange(below + 1, above)


def warm_up() -> None:
    """Do the first work of every process once, as far as it does not depend on the submission."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 - students reach for the legacy generator; its modules are loaded now
    np.random.default_rng(0)
    np.linalg.norm(np.ones((2, 2)) @ np.ones((2, 2)))
    gc.collect()
    gc.freeze()


def main(serve: Serve, control: int, settings: str) -> NoReturn:
    """Serve the socket `control`; `settings` are JSON: {memory, folders, paths, strict, home}.

    `folders` maps variables to paths. The processes work in the folder `home`; the trusted side removes it.
    """
    stated = json.loads(settings)
    folders = stated["folders"]
    os.environ.update(folders)
    jail = Jail(stated["memory"], folders.values(), strict=stated["strict"])
    warm_up()
    sys.path[:] = [entry for entry in sys.path if entry not in stated["paths"]]  # all is imported that may be
    os.environ["HOME"] = home = stated["home"]
    os.makedirs(home, exist_ok=True)  # noqa: PTH103 - in namespaces of its own there is none yet
    os.chdir(home)
    sys.dont_write_bytecode = True  # the jail ends a strict process that makes a file
    ZygoteServer(serve, socket.socket(fileno=control), jail).serve()
    os._exit(0)  # at once: nothing is left to do for an interpreter that takes itself down
