"""The trusted end of the boundary: requests to one student process, answers checked, time measured."""

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.boundary.call_progress import MAX_REPORTS
from grader.boundary.clock import Clock, Limit
from grader.boundary.errors import Breach, Died, Lost, Starved, TimedOut, TooMuch
from grader.boundary.frame_connection import Closed, FrameConnection, Spent
from grader.boundary.frame_limits import FROM_GRADER, FROM_STUDENT, ProtocolError
from grader.boundary.interface import Interface
from grader.boundary.loaded import Loaded, read_loaded
from grader.boundary.peer_messages import Message, read_message
from grader.boundary.proxy import Proxy
from grader.boundary.proxy_table import ProxyTable
from grader.boundary.wire import Frame, Unpacker
from grader.core.text import clean_line

if TYPE_CHECKING:
    import socket
    from contextlib import AbstractContextManager

MEBI = 1 << 20
MAX_QUEUED = 200  # requests that may wait for the next answer before they are sent on
MAX_CALLBACKS = 100_000  # of one call; the deadline comes sooner unless they cost nothing
MAX_OPEN_CALLS = 8  # calls within the functions of calls
MESSAGE_CHARACTERS = 1_000

Function = Callable[..., Any]
Numbers = Mapping[str, float]


def ignore(numbers: Numbers) -> None:
    """Listen to no progress."""


class Channel:
    """Speaks with one student process.

    A request either waits for its answer (`ask`), or returns a proxy of its result at once (`tell`). Requests
    of the second kind are queued and travel with the next one that waits. After any `Lost` the channel stays
    closed.

    The peer may speak only while a request waits, and only about that request. Its messages are the answer, a
    call of a function of the request, and progress. The peer may answer before it reads the question; it only
    knows less then. The clock runs from a request to its answer, callbacks included. So the peer cannot put
    the end of a limit off, by sending or by not reading.

    The channel accepts handles that it has given out since the last `start_afresh`. It also accepts negative
    numbers, by which the peer names objects of its own (ProxyTable). It cannot check which object a handle
    stands for, and need not: a test only asks whether two proxies are the same. A submission that lies about
    that could as well make `_prev` a property that returns any object.
    """

    def __init__(self, stream: "socket.socket", interface: Interface, clock: Clock | None = None) -> None:
        """Speak through `stream`, one end of a socket pair, with a submission that has `interface`.

        Without a `clock` that knows its process, limits count the time that passes.
        """
        self.interface = interface
        self.clock = clock or Clock(lambda: None, Limit())
        self.budget = math.inf  # bytes that the peer may send between two calls of `start_afresh`
        self.on_progress: Callable[[Numbers], None] = ignore  # called with the progress of the open call
        self._connection = FrameConnection(stream, FROM_STUDENT)
        self._proxies = ProxyTable(self)
        self.forget = self._proxies.forget
        self._lost: Lost | None = None
        self._last_number = 0
        self._received = 0  # messages so far
        self._functions: dict[int, Function] = {}
        self._queued = Frame(self._refer, FROM_GRADER)
        self._requests: list[str] = []  # as JSON
        self._open_calls = 0

    # Requests

    def load(self, files: Mapping[str, bytes]) -> Loaded:
        """Send the submission's files, and have its adapters imported. Raises SubmissionError."""
        arrays = {path: np.frombuffer(content, np.uint8) for path, content in files.items()}
        return read_loaded(self.ask("load", arrays))

    def tell(self, kind: str, *arguments: Any) -> Proxy:
        """Queue a request; return the proxy of its result, which stays on the other side."""
        handle = self._proxies.next_handle()
        self._queue(kind, 0, handle, arguments)
        return self._proxies.add(handle)

    def tell_only(self, kind: str, *arguments: Any) -> None:
        """Queue a request that has no result."""
        self._queue(kind, 0, 0, arguments)

    def ask(self, kind: str, *arguments: Any) -> Any:
        """Return the answer to this request; send the queued requests first.

        Raises Raised for the first of them that raised, and Lost when there is no valid answer.
        """
        self._last_number += 1
        self._open_calls += 1
        outer, self._functions = self._functions, {}
        try:
            self._queue(kind, self._last_number, 0, arguments)
            with self.clock:
                return self._answer(self._last_number)
        finally:
            self._functions = outer
            self._open_calls -= 1

    def flush(self) -> None:
        """Send the queued requests and wait until they are done. Raises SubmissionError as `ask` does."""
        if self._lost is not None or self._requests:
            self.ask("sync")

    def trace(self) -> None:
        """Have the other side note the lines that run after each `start_afresh`. Raises SubmissionError."""
        self.ask("trace")

    def ran_lines(self) -> Any:
        """Return the lines that ran; drop the queued requests. Raises SubmissionError."""
        self._drop_queued()
        return self.ask("lines")

    def processor_seconds(self) -> float:
        """Return the processor time of the other side, after all queued requests. Raises SubmissionError."""
        self.flush()
        try:
            return self.clock.processor_seconds()
        except Starved as ending:
            raise self._end(ending) from None

    def start_afresh(self) -> None:
        """Have the other side forget all objects, so that no test sees objects of another.

        The budget of bytes starts again.
        """
        self._drop_queued()
        self._proxies.forget_all()
        self._connection.left = self.budget
        self.tell_only("reset")

    def limit_time(self, seconds: float) -> None:
        """Give all requests from here on that many seconds together."""
        self.clock.limit(seconds)

    def time_limit(self, seconds: float) -> "AbstractContextManager[None]":
        """Give the requests inside a time limit of their own; the present limit does not count them."""
        return self.clock.within(seconds)

    @property
    def is_closed(self) -> bool:
        """Whether the channel is closed."""
        return self._lost is not None

    def close(self, reason: Lost) -> None:
        """Close the channel: every later request raises `reason`."""
        if self._lost is None:
            self._lost = reason
            self._connection.close()

    # Sending

    def _drop_queued(self) -> None:
        self._requests.clear()
        self._queued = Frame(self._refer, FROM_GRADER)

    def _queue(self, kind: str, number: int, result: int, arguments: tuple[Any, ...]) -> None:
        if self._lost is not None:
            raise self._lost
        self._requests.append(f'["{kind}",{number},{result},{self._queued.pack(list(arguments))}]')
        if len(self._requests) >= MAX_QUEUED and not number:
            self._send()

    def _send(self) -> None:
        if dropped := self._proxies.take_dropped():
            self._requests.append(f'["drop",0,0,[{dropped},{self._received}]]')
        frame, requests = self._queued, self._requests
        self._queued, self._requests = Frame(self._refer, FROM_GRADER), []
        try:
            with self.clock:
                self._connection.send(frame.encode(f"[{','.join(requests)}]"), self.clock.patience)
        except (TimedOut, Starved, Closed) as ending:
            raise self._end(ending) from None

    def _refer(self, value: Any) -> str:
        if type(value) is Proxy:
            return f'{{"handle":{value._id}}}'  # noqa: SLF001 - a proxy and its channel know each other
        if callable(value):
            key = len(self._functions) + 1
            self._functions[key] = value
            return f'{{"function":{key}}}'
        kind = type(value).__name__
        raise TypeError(f"a test handed {kind} to an adapter; only plain values, arrays and proxies cross")

    # Receiving

    def _answer(self, number: int) -> Any:
        """Return the answer to request `number`; serve callbacks and progress until it comes."""
        failed: Exception | None = None
        callbacks = reports = 0
        self._send()
        while True:
            kind, content = self._message(number)
            if kind == "value":
                return content
            if kind == "error":
                raise failed or content
            if kind == "progress":
                reports += 1
                self._check_count(reports, MAX_REPORTS, "reports of progress")
                self.on_progress(content)
            if kind == "callback":
                callbacks += 1
                self._check_count(callbacks, MAX_CALLBACKS, "callbacks")
                self._check_count(self._open_calls, MAX_OPEN_CALLS, "calls within each other")
                key, arguments = content
                failed = self._call_back(self._functions[key], arguments)
                self._send()

    def _message(self, number: int) -> Message:
        """Return the next message, which must be about request `number`. Raises Lost."""
        try:
            message, buffers = self._connection.receive(self.clock.patience)
            self._received += 1
            unpacker = Unpacker(buffers, self._proxies.resolve)
            return read_message(number, message, unpacker, self._functions)
        except (TimedOut, Starved, Closed, Spent, ProtocolError) as ending:
            raise self._end(ending) from None

    def _call_back(self, function: Function, arguments: list[Any]) -> Exception | None:
        """Call a function of the test and queue its result; return the error that it raised."""
        try:
            value = function(*arguments)
        except Lost:
            raise
        except Exception as error:  # noqa: BLE001 - it is the test's own function; the test gets its error back
            self._queue("return", 0, 0, (None, False))
            return error
        self._queue("return", 0, 0, (value, True))
        return None

    def _check_count(self, count: int, most: int, noun: str) -> None:
        if count > most:
            raise self._end(ProtocolError(f"more than {most} {noun}"))

    def _end(self, ending: Exception) -> Lost:
        """Close the channel; return the `Lost` that this and all later requests raise."""
        if isinstance(ending, Lost):
            reason = ending
        elif isinstance(ending, Closed):
            reason = Died("the submission's process ended")
        elif isinstance(ending, Spent):
            reason = TooMuch(
                f"sent more than {self.budget / MEBI:g} MiB in one test; "
                "return only what the test asks for, in arrays of the size that it asks for"
            )
        else:
            reason = Breach(f"broke the protocol: {clean_line(str(ending), MESSAGE_CHARACTERS)}")
        self.close(reason)
        return reason
