"""Connections of the server with timeouts, so that slow or idle clients block no others.

Each connection is in a stage. A head must arrive within a time, a body must keep a pace, and the client must
read the answer. When all connections are in use, a new one replaces one without a running request: an idle
one first, then one whose head or body is still incomplete, the oldest first. If all have a running request,
the new one gets status 503.
"""

from asyncio import TimerHandle, Transport
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

BODY_PACE = 1024  # bytes a second, on average over the seconds that a body may pause
ANSWER = "HTTP/1.1 {}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{}"
SLOW_HEAD = ("408 Request Timeout", "The head of the request did not arrive in time.")
SLOW_BODY = ("408 Request Timeout", "The body of the request arrived too slowly. Send it again.")
BUSY = ("503 Service Unavailable\r\nRetry-After: 10", "All connections are in use; try again soon.")


@dataclass(frozen=True)
class ConnectionLimits:
    """The limits: the number of connections, the seconds for a head, the seconds of a pause in a body."""

    connections: int
    head_seconds: float
    body_seconds: float


class Stage(IntEnum):
    """The stage of a connection; the server closes lower stages first to make room."""

    CLOSING = 0
    IDLE = 1
    HEAD = 2
    BODY = 3
    RUNNING = 4


class LimitedConnection(H11Protocol):
    """Uvicorn's connection, which ends when its client is too slow."""

    def __init__(self, *arguments: Any, limits: ConnectionLimits, **options: Any) -> None:
        """Be a connection within `limits`; the other arguments are uvicorn's."""
        super().__init__(*arguments, **options)
        self._limits = limits
        self.stage = Stage.HEAD
        self.since = self.loop.time()
        self._received = 0
        self._timer: TimerHandle | None = None
        self._sending: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin, if there is room or another connection can be closed."""
        super().connection_made(transport)
        self._enter(Stage.HEAD)
        if len(self.connections) > self._limits.connections:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        """Continue a request."""
        self._received += len(data)
        super().data_received(data)
        self._look(Stage.HEAD)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._look(Stage.IDLE)

    def pause_writing(self) -> None:
        """Start the timeout in which the client must read the answer."""
        super().pause_writing()
        self._sending = self.loop.call_later(self._limits.body_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Continue an answer."""
        super().resume_writing()
        self._cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel all timers."""
        self._enter(Stage.CLOSING)
        self._cancel()
        super().connection_lost(exc)

    def _look(self, without_request: Stage) -> None:
        """Enter the stage that follows from the states of both sides."""
        if self.transport.is_closing():
            stage = Stage.CLOSING
        elif self.conn.their_state is h11.SEND_BODY:
            stage = Stage.BODY
        elif self.cycle is not None and not self.cycle.response_complete:
            stage = Stage.RUNNING
        else:
            stage = without_request
        if stage is not self.stage:
            self._enter(stage)

    def _enter(self, stage: Stage) -> None:
        self.stage, self.since, self._received = stage, self.loop.time(), 0
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if stage is Stage.HEAD:
            self._timer = self.loop.call_later(self._limits.head_seconds, self._refuse, *SLOW_HEAD)
        if stage is Stage.BODY:
            self._timer = self.loop.call_later(self._limits.body_seconds, self._judge_pace)

    def _judge_pace(self) -> None:
        """Close a connection with a slow body, unless the application pauses it."""
        if self._received < BODY_PACE * self._limits.body_seconds and not self.flow.read_paused:
            self._refuse(*SLOW_BODY)
        else:
            self._enter(Stage.BODY)

    def _refuse(self, status: str, sentence: str) -> None:
        """Send the error, if no answer has begun, and close."""
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self.transport.write(ANSWER.format(status, len(sentence), sentence).encode())
        self.transport.close()
        self._enter(Stage.CLOSING)

    def _make_room(self) -> None:
        others = (
            each for each in self.connections if isinstance(each, LimitedConnection) and each is not self
        )
        idle = [each for each in others if each.stage < Stage.RUNNING]
        if idle:
            min(idle, key=lambda each: (each.stage, each.since)).transport.abort()
        else:
            self._refuse(*BUSY)

    def _cancel(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
        self._sending = None
