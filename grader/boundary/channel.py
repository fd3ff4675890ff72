"""The trusted end of the boundary: requests to one student process, answers checked, time measured."""

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np

from grader.boundary.call_progress import MAX_REPORTS, are_progress
from grader.boundary.clock import Clock, Limit
from grader.boundary.errors import Breach, Died, Lost, Raised, Starved, TimedOut, TooMuch, Unwritten
from grader.boundary.frame_connection import Closed, FrameConnection, Spent
from grader.boundary.frame_limits import FROM_GRADER, FROM_STUDENT, ProtocolError
from grader.boundary.interface import Interface
from grader.boundary.loaded import Loaded, loaded
from grader.boundary.proxy import Handle
from grader.boundary.wire import Frame, Unpacker, shown
from grader.core.text import clean, clean_line

if TYPE_CHECKING:
    import socket
    from contextlib import AbstractContextManager

MEBI = 1 << 20
MAX_QUEUED = 200  # requests that may wait for the next answer before they are sent on
MAX_CALLBACKS = 100_000  # of one call; the deadline comes sooner unless they cost nothing
MAX_OPEN_CALLS = 8  # calls within the functions of calls
MAX_OWN_HANDLE = 1 << 53
UNWRITTEN = {"MissingAdapter", "NotImplementedError"}  # a missing adapter, a stub of the template
MESSAGE_CHARACTERS = 1_000
NAME_CHARACTERS = 80
TRACEBACK_CHARACTERS = 4_000

Function = Callable[..., Any]
Numbers = Mapping[str, float]


def ignore(numbers: Numbers) -> None:
    """Listen to no progress."""


class Channel:
    """Speaks with one student process.

    A request either waits for its answer (`ask`) or only names its result by a handle (`tell`); the latter
    are queued and travel with the next one that waits. After any `Lost` the channel stays closed.

    The peer may speak only while a request waits, and only about that request: its answer, a call of a
    function that was handed in with it, or `on_progress`. An answer may come before its question; it only
    knows less then. The clock runs from a request to its answer, callbacks included, so nothing that a peer
    sends, and nothing that it does not take, puts the end of a limit off.

    A handle that the peer names must be one that was given out since the objects were last forgotten, or a
    negative number, by which the peer names an object of its own. One number is one handle with one type as
    long as it is in use. Which object it stands for cannot be checked, and need not be: a test only asks
    whether two handles are the same, and a submission that would lie about that over the wire could as well
    make `_prev` a property that returns what it likes.
    """

    def __init__(self, stream: "socket.socket", interface: Interface, clock: Clock | None = None) -> None:
        """Speak through `stream`, one end of a socket pair, with a submission that has `interface`.

        Without a `clock` that knows its process, limits count the time that passes.
        """
        self.interface = interface
        self.clock = clock or Clock(lambda: None, Limit())
        self.budget = math.inf  # bytes that the peer may send between two calls of `start_afresh`
        self.on_progress: Callable[[Numbers], None] = ignore  # hears how far the open call has come
        self._connection = FrameConnection(stream, FROM_STUDENT)
        self._lost: Lost | None = None
        self._handles: dict[int, ref[Handle]] = {}
        self._last_handle = 0
        self._forgotten = 0  # the last handle from before the peer was told to forget all
        self._last_number = 0
        self._dropped: set[int] = set()
        self._received = 0  # messages so far
        self._functions: dict[int, Function] = {}
        self._queued = Frame(self._refer, FROM_GRADER)
        self._requests: list[str] = []  # as JSON
        self._open_calls = 0
        self._forms: dict[tuple[str, ...], Callable[[dict[str, Any], Unpacker], tuple[str, Any]]] = {
            ("value",): self._value,
            ("error",): self._error,
            ("callback", "args"): self._callback,
            ("progress",): self._progress,
        }

    # Requests

    def load(self, files: Mapping[str, bytes]) -> Loaded:
        """Hand over the submission's files and have its adapters imported. Raises SubmissionError."""
        arrays = {path: np.frombuffer(content, np.uint8) for path, content in files.items()}
        return loaded(self.ask("load", arrays))

    def tell(self, kind: str, *arguments: Any) -> Handle:
        """Queue a request whose result stays on the other side; return the handle that stands for it."""
        self._last_handle = number = self._last_handle + 1
        self._queue(kind, 0, number, arguments)
        return self._handle(number, "")

    def tell_only(self, kind: str, *arguments: Any) -> None:
        """Queue a request that has no result."""
        self._queue(kind, 0, 0, arguments)

    def ask(self, kind: str, *arguments: Any) -> Any:
        """Send the queued requests and this one; return its answer.

        Raises Raised for the first of them that raised, and Lost when there is no (proper) answer.
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
        """Have all queued requests done. Raises SubmissionError as `ask` does."""
        if self._lost is not None or self._requests:
            self.ask("sync")

    def processor_seconds(self) -> float:
        """Return the processor time that the other side has used when all queued requests are done.

        Raises SubmissionError.
        """
        self.flush()
        try:
            return self.clock.processor_seconds()
        except Starved as ending:
            raise self._ended(ending) from None

    def start_afresh(self) -> None:
        """Have the other side forget all objects: what a test left does not reach the next one.

        What the peer may send is counted from here.
        """
        self._requests.clear()
        self._queued = Frame(self._refer, FROM_GRADER)
        self._dropped.clear()
        self._handles.clear()
        self._forgotten = self._last_handle
        self._connection.left = self.budget
        self.tell_only("reset")

    def limit_time(self, seconds: float) -> None:
        """Give the requests that follow that many seconds, together."""
        self.clock.limit(seconds)

    def time_limit(self, seconds: float) -> "AbstractContextManager[None]":
        """Give what happens inside its own time limit, which does not count against the present one."""
        return self.clock.within(seconds)

    def forget(self, handle: Handle) -> None:
        """Note that nobody here uses `handle` any more, so that the other side can forget its object."""
        number = handle._id  # noqa: SLF001 - a handle and its channel know each other
        known = self._handles.get(number)
        if known is not None and known() in (None, handle):  # and not one that took its place since
            del self._handles[number]
            self._dropped.add(number)

    @property
    def is_closed(self) -> bool:
        """Whether the conversation is over."""
        return self._lost is not None

    def close(self, reason: Lost) -> None:
        """End the conversation: every later request raises `reason`."""
        if self._lost is None:
            self._lost = reason
            self._connection.close()

    # Sending

    def _queue(self, kind: str, number: int, result: int, arguments: tuple[Any, ...]) -> None:
        if self._lost is not None:
            raise self._lost
        self._requests.append(f'["{kind}",{number},{result},{self._queued.pack(list(arguments))}]')
        if len(self._requests) >= MAX_QUEUED and not number:
            self._send()

    def _send(self) -> None:
        if self._dropped:
            gone, self._dropped = list(self._dropped), set()
            self._requests.append(f'["drop",0,0,[{gone},{self._received}]]')
        frame, requests = self._queued, self._requests
        self._queued, self._requests = Frame(self._refer, FROM_GRADER), []
        try:
            with self.clock:
                self._connection.send(frame.encode(f"[{','.join(requests)}]"), self.clock.patience)
        except (TimedOut, Starved, Closed) as ending:
            raise self._ended(ending) from None

    def _refer(self, value: Any) -> str:
        if type(value) is Handle:
            return f'{{"handle":{value._id}}}'  # noqa: SLF001 - a handle and its channel know each other
        if callable(value):
            key = len(self._functions) + 1
            self._functions[key] = value
            return f'{{"function":{key}}}'
        kind = type(value).__name__
        raise TypeError(f"a test handed {kind} to an adapter; only plain values, arrays and handles cross")

    # Receiving

    def _answer(self, number: int) -> Any:
        """Return the answer to request `number`, doing meanwhile what the peer may ask for."""
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
                self._bound(reports, MAX_REPORTS, "reports of progress")
                self.on_progress(content)
            if kind == "callback":
                callbacks += 1
                self._bound(callbacks, MAX_CALLBACKS, "callbacks")
                self._bound(self._open_calls, MAX_OPEN_CALLS, "calls within each other")
                failed = self._call_back(*content)
                self._send()

    def _message(self, number: int) -> tuple[str, Any]:
        """Return the kind and the content of the next message, which must be about request `number`."""
        try:
            message, buffers = self._connection.receive(self.clock.patience)
            self._received += 1
            return self._content(number, message, Unpacker(buffers, self._resolve))
        except (TimedOut, Starved, Closed, Spent, ProtocolError) as ending:
            raise self._ended(ending) from None

    def _content(self, number: int, message: Any, unpacker: Unpacker) -> tuple[str, Any]:
        answered = message.pop("id", None) if type(message) is dict else None
        if type(answered) is not int or answered != number:
            raise ProtocolError("an answer to another request")
        read = self._forms.get(tuple(message))
        if read is None:
            raise ProtocolError("an answer of unknown form")
        content = read(message, unpacker)
        unpacker.finish()
        return content

    def _value(self, message: dict[str, Any], unpacker: Unpacker) -> tuple[str, Any]:
        return "value", unpacker.unpack(message["value"])

    def _error(self, message: dict[str, Any], unpacker: Unpacker) -> tuple[str, Any]:
        del unpacker
        return "error", _raised(message["error"])

    def _callback(self, message: dict[str, Any], unpacker: Unpacker) -> tuple[str, Any]:
        key, arguments = message["callback"], message["args"]
        if type(key) is not int or key not in self._functions or type(arguments) is not list:
            raise ProtocolError("a callback to no function of the open call")
        return "callback", (self._functions[key], unpacker.unpack(arguments))

    def _progress(self, message: dict[str, Any], unpacker: Unpacker) -> tuple[str, Any]:
        del unpacker
        if not are_progress(message["progress"]):
            raise ProtocolError("malformed progress")
        return "progress", message["progress"]

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
        """Return the handle that the peer names. Raises ProtocolError for one that it cannot know."""
        number, kind = fields.get("handle", 0), fields.get("type", "")
        well_formed = tag == "handle" and type(number) is int and type(kind) is str
        if not well_formed or not fields.keys() <= {"handle", "type"}:
            raise ProtocolError("a malformed handle")
        if not (self._forgotten < number <= self._last_handle or -MAX_OWN_HANDLE <= number < 0):
            raise ProtocolError(f"handle {shown(number)} was not given out")
        self._dropped.discard(number)
        known = self._handles.get(number)
        handle = known() if known is not None else None
        return self._typed(handle or self._handle(number, ""), clean_line(kind, NAME_CHARACTERS))

    def _typed(self, handle: Handle, kind: str) -> Handle:
        """Return `handle`, whose object is said to be of type `kind`; both sides know it from now on."""
        if kind and kind != handle.remote_type:
            if handle.remote_type:
                raise ProtocolError(f"one handle stands for a {handle.remote_type} and for a {kind}")
            object.__setattr__(handle, "remote_type", kind)
        return handle

    def _handle(self, number: int, kind: str) -> Handle:
        handle = Handle(self, number, kind)
        self._handles[number] = ref(handle)
        return handle

    def _bound(self, count: int, most: int, what: str) -> None:
        if count > most:
            raise self._ended(ProtocolError(f"more than {most} {what}"))

    def _ended(self, ending: Exception) -> Lost:
        """Close the channel; return the `Lost` that says why, for this and all later requests."""
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


def _raised(error: Any) -> Raised:
    """Return the exception that the other side described. Raises ProtocolError."""
    fields = ("type", "message", "traceback")
    if type(error) is not dict or set(error) != set(fields) or not all(type(error[f]) is str for f in fields):
        raise ProtocolError("a malformed error")
    kind = clean_line(error["type"], NAME_CHARACTERS)
    message = clean(error["message"], MESSAGE_CHARACTERS)
    raised = Unwritten if kind in UNWRITTEN else Raised
    return raised(f"{kind}: {message}" if message else kind, clean(error["traceback"], TRACEBACK_CHARACTERS))
