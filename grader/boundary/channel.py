"""The trusted end of the boundary: requests to one student process, answers checked, time measured."""

import math
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import numpy as np

from grader.boundary.errors import Breach, Died, Lost, Raised, TimedOut
from grader.boundary.handles import Handle
from grader.boundary.interface import Interface
from grader.boundary.wire import FROM_GRADER, FROM_STUDENT, Closed, Connection, Frame, ProtocolError, Unpacker
from grader.core.text import clean, clean_line

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

MAX_QUEUED = 200  # requests that may wait for the next answer before they are sent on
MESSAGE_CHARACTERS = 1_000
TRACEBACK_CHARACTERS = 4_000

Function = Callable[..., Any]


class Channel:
    """Speaks with one student process.

    A request either waits for its answer (`ask`) or only names its result by a handle (`tell`); the latter
    are queued and travel with the next one that waits. After any `Lost` the channel stays closed.
    """

    def __init__(self, stream: "socket.socket", interface: Interface) -> None:
        """Speak through `stream`, one end of a socket pair, with a submission that has `interface`."""
        self.interface = interface
        self.end = math.inf  # when all time is over, of time.monotonic
        self.deadline = math.inf  # when the present limit is reached
        self._limit = math.inf  # seconds
        self._connection = Connection(stream, FROM_STUDENT)
        self._lost: Lost | None = None
        self._handles: WeakValueDictionary[int, Handle] = WeakValueDictionary()
        self._last_handle = 0
        self._last_number = 0
        self._dropped: set[int] = set()
        self._received = 0  # messages so far
        self._functions: dict[int, Function] = {}
        self._queued = Frame(self._refer, FROM_GRADER)
        self._requests: list[Any] = []

    # Requests

    def load(self, files: Mapping[str, bytes]) -> None:
        """Hand over the submission's files and have its adapters imported. Raises SubmissionError."""
        arrays = {path: np.frombuffer(content, np.uint8) for path, content in files.items()}
        self.ask("load", arrays)

    def tell(self, kind: str, *arguments: Any) -> Handle:
        """Queue a request whose result stays on the other side; return the handle that stands for it."""
        self._last_handle += 1
        handle = self._handle(self._last_handle, "")
        self._queue(kind, 0, self._last_handle, arguments)
        return handle

    def tell_only(self, kind: str, *arguments: Any) -> None:
        """Queue a request that has no result."""
        self._queue(kind, 0, 0, arguments)

    def ask(self, kind: str, *arguments: Any) -> Any:
        """Send the queued requests and this one; return its answer.

        Raises Raised for the first of them that raised, and Lost when there is no (proper) answer.
        """
        self._last_number += 1
        outer, self._functions = self._functions, {}
        try:
            self._queue(kind, self._last_number, 0, arguments)
            return self._answer(self._last_number)
        finally:
            self._functions = outer

    def flush(self) -> None:
        """Have all queued requests done. Raises SubmissionError as `ask` does."""
        if self._lost is not None or self._requests:
            self.ask("sync")

    def start_afresh(self) -> None:
        """Have the other side forget all objects: what a test left does not reach the next one."""
        self._requests.clear()
        self._queued = Frame(self._refer, FROM_GRADER)
        self._dropped.clear()
        self._handles.clear()
        self.tell_only("reset")

    def limit_time(self, seconds: float) -> None:
        """Give what follows that many seconds from now, but no more than `end` allows."""
        self.deadline, self._limit = time.monotonic() + seconds, seconds

    @contextmanager
    def time_limit(self, seconds: float) -> "Iterator[None]":
        """Give what happens inside its own time limit, which does not count against the present one."""
        before, started = (self.deadline, self._limit), time.monotonic()
        self.limit_time(seconds)
        try:
            yield
        finally:
            self.deadline, self._limit = before[0] + time.monotonic() - started, before[1]

    def forget(self, handle: int) -> None:
        """Note that nobody here uses the object of `handle` any more."""
        self._dropped.add(handle)

    def close(self, reason: Lost) -> None:
        """End the conversation: every later request raises `reason`."""
        if self._lost is None:
            self._lost = reason
            self._connection.close()

    # Sending

    def _queue(self, kind: str, number: int, result: int, arguments: tuple[Any, ...]) -> None:
        if self._lost is not None:
            raise self._lost
        self._requests.append([kind, number, result, [self._queued.pack(argument) for argument in arguments]])
        if len(self._requests) >= MAX_QUEUED and not number:
            self._send()

    def _send(self) -> None:
        if self._dropped:
            gone, self._dropped = self._dropped, set()
            self._requests.append(["drop", 0, 0, [list(gone), self._received]])
        frame, requests = self._queued, self._requests
        self._queued, self._requests = Frame(self._refer, FROM_GRADER), []
        with self._losses():
            self._connection.send(frame.encode(requests), self._stop())

    def _refer(self, value: Any) -> dict[str, Any]:
        if type(value) is Handle:
            return {"handle": value._id}  # noqa: SLF001 - a handle and its channel know each other
        if callable(value):
            key = len(self._functions) + 1
            self._functions[key] = value
            return {"function": key}
        kind = type(value).__name__
        raise TypeError(f"a test handed {kind} to an adapter; only plain values, arrays and handles cross")

    # Receiving

    def _answer(self, number: int) -> Any:
        """Return the answer to request `number`, running the test's functions that it asks for meanwhile."""
        failed: Exception | None = None
        while True:
            self._send()
            kind, content = self._message(number)
            if kind == "value":
                return content
            if kind == "error":
                raise failed or content
            failed = self._call_back(*content)

    def _message(self, number: int) -> tuple[str, Any]:
        """Return the kind and the content of the next message, which must be about request `number`."""
        with self._losses():
            message, buffers = self._connection.receive(self._stop())
            self._received += 1
            unpacker = Unpacker(buffers, self._resolve)
            answered = message.pop("id", None) if type(message) is dict else None
            if type(answered) is not int or answered != number:
                raise ProtocolError("an answer to another request")
            content = self._content(message, unpacker)
            unpacker.finish()
            return content

    def _content(self, message: dict[str, Any], unpacker: Unpacker) -> tuple[str, Any]:
        match message:
            case {"value": value, **rest} if not rest:
                return "value", unpacker.unpack(value)
            case {"error": error, **rest} if not rest:
                return "error", _raised(error)
            case {"callback": int(key), "args": list(args), **rest} if not rest and key in self._functions:
                return "callback", (self._functions[key], unpacker.unpack(args))
        raise ProtocolError("an answer of unknown form")

    def _call_back(self, function: Function, arguments: list[Any]) -> Exception | None:
        """Run `function`, which the test handed in, and queue its result; return the error that it raised."""
        try:
            value = function(*arguments)
        except Lost:
            raise
        except Exception as error:  # noqa: BLE001 - it is the test's own function; the test gets its error back
            self._queue("return", 0, 0, (None, False))
            return error
        self._queue("return", 0, 0, (value, True))
        return None

    def _resolve(self, tag: str, fields: dict[str, Any]) -> Any:
        handle, kind = fields.get("handle"), fields.get("type", "")
        well_formed = tag == "handle" and type(handle) is int and type(kind) is str
        if not well_formed or not fields.keys() <= {"handle", "type"}:
            raise ProtocolError("a malformed handle")
        if not handle or handle > self._last_handle:
            raise ProtocolError(f"handle {handle} was never given out")
        self._dropped.discard(handle)
        return self._handles.get(handle) or self._handle(handle, clean_line(kind, 80))

    def _handle(self, number: int, kind: str) -> Handle:
        handle = Handle(self, number, kind)
        self._handles[number] = handle
        return handle

    def _stop(self) -> float | None:
        stop = min(self.deadline, self.end)
        return None if stop == math.inf else stop

    @contextmanager
    def _losses(self) -> "Iterator[None]":
        """Turn what ends a conversation into the `Lost` that says so, for this and all later requests."""
        try:
            yield
        except TimeoutError:
            reason: Lost = TimedOut(f"no answer within {self._limit:g} seconds")
        except Closed:
            reason = Died("the submission's process ended")
        except ProtocolError as broken:
            reason = Breach(f"broke the protocol: {clean_line(str(broken), MESSAGE_CHARACTERS)}")
        else:
            return
        self.close(reason)
        raise reason


def _raised(error: Any) -> Raised:
    """Return the exception that the other side described. Raises ProtocolError."""
    fields = ("type", "message", "traceback")
    if type(error) is not dict or set(error) != set(fields) or not all(type(error[f]) is str for f in fields):
        raise ProtocolError("a malformed error")
    kind = clean_line(error["type"], 80)
    message = clean(error["message"], MESSAGE_CHARACTERS)
    return Raised(f"{kind}: {message}" if message else kind, clean(error["traceback"], TRACEBACK_CHARACTERS))
