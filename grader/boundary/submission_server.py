"""The student's end of the boundary: holds the submission and does what the trusted end asks.

Run as `python -m grader.boundary.submission_server FD` with one end of a socket pair. It imports only the
standard library and numpy, and whatever it answers is taken as hostile: nothing here protects the grade.

Requests that leave their result here are executed without an answer. When one of them raises, all further
requests are skipped until one that wants an answer, which gets the error: just where a plain Python program
would have stopped.
"""

import functools
import importlib
import operator
import os
import random
import socket
import sys
import traceback
from difflib import get_close_matches
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from grader.boundary.call_progress import progress
from grader.boundary.causes import cause_of, install_causes, without_places
from grader.boundary.frame_connection import Closed, FrameConnection, Stream
from grader.boundary.frame_limits import FROM_GRADER, FROM_STUDENT, ProtocolError
from grader.boundary.header import write_plain
from grader.boundary.importer import MemoryImporter
from grader.boundary.interface import ADAPTERS
from grader.boundary.opening import install_scratch
from grader.boundary.parts import BrokenImport, broken
from grader.boundary.pipes import Pipes
from grader.boundary.wire import Frame, Unpacker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TRACEBACK_CHARACTERS = 4_000
MESSAGE_CHARACTERS = 1_000
FRAMES = 8
RESERVE = 8 << 20
NO_OPTIONS: "dict[str, Any]" = {}
OPERATORS: "dict[str, Callable[..., Any]]" = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "pow": operator.pow,
    "matmul": operator.matmul,
    "neg": operator.neg,
    "iter": list,
    "call": lambda function, *arguments: function(*arguments),
}


class MissingAdapter(Exception):  # noqa: N818 - the name is shown to students
    """tests/adapters.py has no function of that name."""


class GraderCallbackFailed(Exception):  # noqa: N818 - the name is shown to students
    """A function that the test handed in failed; the test knows why."""


class SubmissionServer:
    """The objects of a submission under their handle ids, and the requests on them."""

    def __init__(
        self, connection: FrameConnection, surround: "Callable[[Mapping[str, bytes]], None]" = lambda _: None
    ) -> None:
        """Serve the peer of `connection`; `surround` prepares this process for the files that come."""
        self._connection = connection
        self._surround = surround
        self._root = os.getcwd()
        self._objects: dict[int, Any] = {}
        self._ids: dict[int, int] = {}  # id() of an object -> its handle id
        self._mentions: dict[int, int] = {}  # handle id -> the number of the last message that named it
        self._types: dict[int, str] = {}  # handle id -> what its type was called first; Python lets it change
        self._sent = 0  # messages so far
        self._own_ids = 0  # this side names objects -1, -2, ...; the other side 1, 2, ...
        self._failure: BaseException | None = None  # of a request that wanted no answer
        self._files: dict[str, bytes] = {}
        self._reserve = bytes(RESERVE)  # let go at every error, which may be that memory is full
        self._frame: list[Any] = []  # requests of the present frame, not yet done
        self._unpacker = Unpacker(memoryview(b""), self._resolve)
        self._requests: dict[str, Callable[..., Any]] = {
            "load": self._load,
            "reset": self._reset,
            "drop": self._drop,
            "call": self._call_adapter,
            "each": self._call_each,
            "fold": self._fold,
            "method": _call_method,
            "get": getattr,
            "set": setattr,
            "op": _apply,
            "sync": lambda: None,
        }
        progress.start(self._tell_progress)

    def serve(self) -> None:
        """Answer requests until the connection is closed."""
        while True:
            kind, number, result, arguments = self._next_request()
            self._answer(kind, number, result, arguments)

    def _next_request(self) -> tuple[str, int, int, list[Any]]:
        while not self._frame:
            message, buffers = self._connection.receive()
            self._frame = message[::-1]
            self._unpacker = Unpacker(buffers, self._resolve)
        kind, number, result, arguments = self._frame.pop()
        return kind, number, result, arguments

    def _answer(self, kind: str, number: int, result: int, arguments: list[Any]) -> None:
        """Do one request; `number` asks for an answer, `result` for the result to be kept under that id."""
        value = None
        progress.call = number
        arguments = self._unpacker.unpack(arguments)
        if self._failure is None or kind in ("drop", "reset"):
            try:
                value = self._requests[kind](*arguments)
            except BaseException as error:  # noqa: BLE001 - a submission may raise anything, SystemExit included
                self._reserve = b""  # before all else, even `except` with a tuple: memory may be full
                self._failure = self._recovered(error)
        if result and self._failure is None:
            self._keep(result, value)
        if number:
            failure, self._failure = self._failure, None
            progress.call = 0
            self._send(self._reply(number, value, failure))

    def _reply(self, number: int, value: Any, failure: BaseException | None) -> bytes:
        """Return the frame that answers request `number` with `value`, or with why there is none."""
        if failure is None:
            frame = Frame(self._refer, FROM_STUDENT)
            try:
                return frame.encode(f'{{"id":{number},"value":{frame.pack(value)}}}')
            except BaseException as error:  # noqa: BLE001 - packing may run code of the submission
                self._reserve = b""
                failure = self._recovered(error)
        return self._message({"id": number, "error": self._described(failure)})

    def _message(self, plain: "Mapping[str, Any]") -> bytes:
        """Return the frame that holds what is plain itself."""
        return Frame(self._refer, FROM_STUDENT).encode(write_plain(plain))

    def _send(self, frame: bytes) -> None:
        self._connection.send(frame)
        self._sent += 1

    def _tell_progress(self, numbers: "Mapping[str, float]") -> None:
        self._send(self._message({"id": progress.call, "progress": numbers}))

    # Requests

    def _load(self, files: dict[str, np.ndarray]) -> list[list[str]]:
        """Make the submission importable and import its adapters.

        Returns the names of its adapters, and why parts of them are broken.
        """
        self._files = {path: content.tobytes() for path, content in files.items()}
        MemoryImporter(self._files).install()
        self._surround(self._files)
        adapters = importlib.import_module(ADAPTERS)
        names = [name for name in vars(adapters) if not name.startswith("_")]
        has_own = any(getattr(vars(adapters)[name], "__module__", "") == ADAPTERS for name in names)
        if broken and not has_own:
            raise next(iter(broken.values()))
        return [names if has_own else [], list(broken)]

    def _reset(self) -> None:
        """Forget all objects before the next test, and start its random numbers afresh."""
        self._objects.clear()
        self._ids.clear()
        self._mentions.clear()
        self._types.clear()
        self._failure = None
        random.seed(0)
        np.random.seed(0)  # noqa: NPY002 - the legacy generator is the one that students reach for

    def _drop(self, handles: list[int], seen: int) -> None:
        """Forget the objects that the other side forgot when it had seen that many messages of this side."""
        for handle in handles:
            if self._mentions.get(handle, 0) > seen:  # it was named again since, so it is in use again
                continue
            self._types.pop(handle, None)
            gone = self._objects.pop(handle, None)
            if self._ids.get(id(gone)) == handle:
                del self._ids[id(gone)]

    def _call_adapter(self, name: str, args: list[Any], kwargs: dict[str, Any] = NO_OPTIONS) -> Any:
        adapter = _adapter(name)
        progress.options = kwargs
        return adapter(*args, **kwargs)

    def _call_each(self, name: str, calls: list[list[Any]]) -> list[Any]:
        """Call one adapter many times, so that a large graph needs few requests."""
        adapter = _adapter(name)
        return [adapter(*args) for args in calls]

    def _fold(self, name: str, items: list[Any]) -> Any:
        """Combine `items` from left to right by an adapter that takes two of them."""
        return functools.reduce(_adapter(name), items)

    # Objects that stay here, functions that stay there

    def _keep(self, handle: int, value: Any) -> None:
        self._objects[handle] = value
        self._ids.setdefault(id(value), handle)

    def _refer(self, value: Any) -> str:
        handle = self._ids.get(id(value))
        if handle is None:
            self._own_ids -= 1
            handle = self._own_ids
            self._keep(handle, value)
        self._mentions[handle] = self._sent + 1
        kind = self._types.setdefault(handle, type(value).__name__[:80])
        return f'{{"handle":{handle},"type":{write_plain(kind)}}}'

    def _resolve(self, tag: str, fields: dict[str, Any]) -> Any:
        if tag == "handle":
            return self._objects.get(fields["handle"])
        call, function = progress.call, fields["function"]
        return lambda *arguments: self._call_back(call, function, arguments)

    def _call_back(self, call: int, function: int, arguments: tuple[Any, ...]) -> Any:
        """Ask the trusted end to run `function`, and serve it meanwhile."""
        frame = Frame(self._refer, FROM_STUDENT)
        packed = frame.pack(list(arguments))
        self._send(frame.encode(f'{{"id":{call},"callback":{function},"args":{packed}}}'))
        while True:
            kind, number, result, arguments_of_request = self._next_request()
            if kind == "return":
                progress.call = call
                return self._returned(*arguments_of_request)
            self._answer(kind, number, result, arguments_of_request)

    def _returned(self, value: Any, ok: bool) -> Any:  # noqa: FBT001 - a field of the protocol
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        if not ok:
            raise GraderCallbackFailed("the function of the test raised an error")
        return self._unpacker.unpack(value)

    # Errors, told with the student's own frames only

    def _recovered(self, error: BaseException) -> BaseException:
        """Return `error`, raised if it is the connection's; if memory ran out, free what its frames hold.

        While memory is full, noting a traceback can fail as well: then the frames that hold it all belong to
        the error's context. Afterwards there is a reserve again.
        """
        if isinstance(error, Closed | ProtocolError):
            raise error
        if isinstance(error, MemoryError):
            full: BaseException | None = error
            while full is not None:
                traceback.clear_frames(full.__traceback__)
                full.__context__, full = None, full.__context__
        self._reserve = bytes(RESERVE)
        return error

    def _described(self, error: BaseException) -> dict[str, Any]:
        try:
            message = cause_of(error, self._root) or without_places(str(error), self._root)
            message = message[:MESSAGE_CHARACTERS]
        except BaseException:  # noqa: BLE001 - __str__ is the student's too
            message = "(its message cannot be shown)"
        kind = type(error).__name__[:80]
        return {"type": kind, "message": message, "traceback": self._traceback(error)[-TRACEBACK_CHARACTERS:]}

    def _traceback(self, error: BaseException) -> str:
        """Return where `error` was raised: the submission's last frames, and the place of a syntax error."""
        error = error.reason if isinstance(error, BrokenImport) else error
        try:
            trace = _own(error.__traceback__, self._files)
            told = traceback.TracebackException(type(error), error, trace, limit=-FRAMES)
            return "".join([*told.stack.format(), *list(told.format_exception_only())[:-1]])
        except BaseException:  # noqa: BLE001 - as above
            return ""


def _adapter(name: str) -> "Callable[..., Any]":
    """Return the submission's adapter of that name. Raises MissingAdapter."""
    try:
        adapter: Callable[..., Any] = getattr(sys.modules[ADAPTERS], name)
    except AttributeError:
        near = get_close_matches(name, vars(sys.modules[ADAPTERS]), 1)
        nearest = f"; the nearest is {near[0]}" if near else ""
        raise MissingAdapter(f"tests/adapters.py has no function {name}{nearest}") from None
    return adapter


def _call_method(handle: Any, name: str, args: list[Any], kwargs: dict[str, Any] = NO_OPTIONS) -> Any:
    return getattr(handle, name)(*args, **kwargs)


def _apply(name: str, args: list[Any]) -> Any:
    return OPERATORS[name](*args)


def _own(trace: TracebackType | None, files: dict[str, bytes]) -> TracebackType | None:
    """Return `trace` with the frames of the submission's files only."""
    kept = []
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in files:
            kept.append(trace)
        trace = trace.tb_next
    own = None
    for entry in reversed(kept):
        own = TracebackType(own, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return own


def surround(files: "Mapping[str, bytes]") -> None:
    """Have the submission find its files, a scratch folder, and sentences where the sandbox stops it."""
    install_scratch(os.getcwd(), files)
    install_causes(files)


def serve(stream: Stream) -> NoReturn:
    """Serve the trusted end on `stream` until that is closed; then end this process."""
    try:
        SubmissionServer(FrameConnection(stream, FROM_GRADER), surround).serve()
    except Closed:
        sys.stdout.flush()
    os._exit(0)  # whatever the submission left running or registered has nothing to say any more


def serve_pipes(reading: int, writing: int) -> NoReturn:
    """Serve the trusted end that writes to the one descriptor and reads from the other, as `serve` does."""
    serve(Pipes(reading, writing))


def main() -> None:
    """Serve on the socket whose descriptor is the first argument."""
    stream = socket.socket(fileno=int(sys.argv[1]))
    stream.set_inheritable(False)
    serve(stream)


if __name__ == "__main__":
    main()
