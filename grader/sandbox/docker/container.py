"""One container with one student process: created, attached to, started, used once, killed."""

import math
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import Any, cast

from docker import APIClient

from grader.sandbox.capture import EXIT_SECONDS
from grader.sandbox.contained import READY, SIGNALLED
from grader.sandbox.docker.attachment import Attachment
from grader.sandbox.docker.engine import engine_errors, remove
from grader.sandbox.environment import ending_of
from grader.sandbox.runner import Ending, Output, SandboxError
from grader.sandbox.usage import Usage

START_SECONDS = 60.0
SHOWN_OUTPUT = 1_000  # bytes
STREAMS = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}


class Container:
    """A student process in a container that the engine removes when it ends; `id` is its name there."""

    def __init__(self, api: APIClient, specification: dict[str, Any], keep: int) -> None:
        """Start it and wait until it is ready; keep `keep` bytes of its output. Raises SandboxError."""
        self._api = api
        self._image = specification["image"]
        with engine_errors(self._image), ExitStack() as undo:
            self.id: str = api.create_container(**specification)["Id"]
            undo.callback(remove, api, self.id)
            self._attachment = Attachment(_attach(api, self.id), keep)
            undo.callback(self.kill)
            api.start(self.id)
            self._wait()
            undo.pop_all()

    @property
    def stream(self) -> socket.socket:
        """The trusted end of a pair of stream sockets."""
        return self._attachment.stream

    @property
    def ended(self) -> bool:
        """Whether it has ended, or the connection to it."""
        return self._attachment.ended

    def kill(self) -> None:
        """Kill all processes in it and remove it.

        Raises SandboxError if the engine does not answer. Its input is closed in any case, which ends it.
        """
        self._attachment.pass_nothing_on()  # the engine waits with the removal until all output is read
        try:
            with engine_errors(self._image):
                remove(self._api, self.id)
        finally:
            self._attachment.close()

    def ending(self) -> Ending:
        """Return how it ended, by the events of the engine.

        Raises SandboxError if the engine has lost the container, as after a restart, or if the threads that
        carry its streams have failed.
        """
        if self._attachment.failure is not None:
            raise SandboxError(f"the streams of a container have failed: {self._attachment.failure!r}")
        out_of_memory = False
        for event in self._events():
            out_of_memory = out_of_memory or event["Action"] == "oom"
            if event["Action"] == "die":
                status = int(event["Actor"]["Attributes"]["exitCode"])
                told = ending_of(SIGNALLED - status if status > SIGNALLED else status)
                return Ending("it ran out of memory") if out_of_memory else told
        with engine_errors(self._image):
            if not self._api.containers(filters={"id": self.id}):
                raise SandboxError("the Docker engine has lost a container")
        return replace(ending_of(None), was_killed=True)  # process 1 holds it open: the engine has lost it

    @property
    def number(self) -> None:
        """Unknown: the engine may run on another host."""

    def usage(self) -> Usage | None:
        """Return the submission's usage so far."""
        return self._attachment.usage()

    def output(self) -> Output:
        """Return its output."""
        return self._attachment.output()

    def _events(self) -> Iterator[dict[str, Any]]:
        """Yield the engine's events about its end, up to EXIT_SECONDS from now."""
        heard = {"container": self.id, "event": ["oom", "die"]}
        until = math.ceil(time.time() + EXIT_SECONDS)
        with engine_errors(self._image), closing(self._api.events(1, until, heard, decode=True)) as events:
            yield from events

    def _wait(self) -> None:
        """Wait for the READY byte. Raises SandboxError."""
        self.stream.settimeout(START_SECONDS)
        try:
            ready = self.stream.recv(len(READY))
        except TimeoutError:
            raise SandboxError(
                f"a container of {self._image} was not ready within {START_SECONDS:g} seconds"
            ) from None
        if ready != READY:
            said = self.output().kept[-SHOWN_OUTPUT:].decode(errors="replace")
            raise SandboxError(f"a container of {self._image} does not serve; build it again: {said}")
        self.stream.settimeout(None)


def _attach(api: APIClient, container: str) -> socket.socket:
    """Return the connection to the streams of a container that is not yet started."""
    attached = api.attach_socket(container, params=STREAMS)
    if isinstance(attached, socket.SocketIO):  # not so over TLS; the client's objects must not keep it open
        attached = socket.socket(fileno=attached._sock.detach())  # type: ignore[attr-defined] # noqa: SLF001
    attached.settimeout(None)  # the client's own is for requests
    return cast("socket.socket", attached)
