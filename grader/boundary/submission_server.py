"""The student's end of the boundary: holds the submission and serves the requests of the trusted end.

Run as `python -m grader.boundary.submission_server FD` with one end of a socket pair. It imports only the
standard library and numpy. The trusted end takes every answer as hostile: nothing here protects the grade.

Some requests leave their result here and get no answer. When one of them raises, this end skips all further
requests until one that wants an answer, which gets the error. A plain Python program would have stopped at
the same place.
"""

import functools
import importlib
import operator
import os
import random
import socket
import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from grader.boundary.call_progress import progress
from grader.boundary.causes import install_causes
from grader.boundary.failure import describe, free_frames
from grader.boundary.frame_connection import Closed, FrameConnection, Stream
from grader.boundary.frame_limits import FROM_GRADER, FROM_STUDENT, ProtocolError
from grader.boundary.header import write_plain
from grader.boundary.importer import MemoryImporter
from grader.boundary.interface import ADAPTERS
from grader.boundary.line_trace import LineTrace
from grader.boundary.object_table import ObjectTable
from grader.boundary.opening import install_scratch
from grader.boundary.parts import broken
from grader.boundary.pipes import Pipes
from grader.boundary.wire import Frame, Unpacker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
    """Serves requests on the adapters and the objects of one submission."""

    def __init__(
        self, connection: FrameConnection, surround: "Callable[[Mapping[str, bytes]], None]" = lambda _: None
    ) -> None:
        """Serve the peer of `connection`; `surround` prepares this process for the files that come."""
        self._connection = connection
        self._surround = surround
        self._root = os.getcwd()
        self._objects = ObjectTable()
        self._failure: BaseException | None = None  # of a request that wanted no answer
        self._files: dict[str, bytes] = {}
        self._lines = LineTrace()
        self._reserve = bytes(RESERVE)  # let go at every error, which may be that memory is full
        self._frame: list[Any] = []  # requests of the present frame, not yet done
        self._unpacker = Unpacker(memoryview(b""), self._resolve)
        self._requests: dict[str, Callable[..., Any]] = {
            "load": self._load,
            "reset": self._reset,
            "drop": self._objects.drop,
            "call": self._call_adapter,
            "each": self._call_each,
            "fold": self._fold,
            "method": _call_method,
            "get": getattr,
            "set": setattr,
            "op": _apply,
            "sync": lambda: None,
            "trace": lambda: self._lines.start(self._files),
            "lines": self._lines.noted,
        }
        progress.start(self._send_progress)

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
        """Serve one request; `number` asks for an answer, `result` is the handle for its result."""
        value = None
        progress.call = number
        arguments = self._unpacker.unpack(arguments)
        if self._failure is None or kind in ("drop", "reset"):
            try:
                value = self._requests[kind](*arguments)
            except BaseException as error:  # noqa: BLE001 - a submission may raise anything, SystemExit included
                self._reserve = b""  # before all else, even `except` with a tuple: memory may be full
                self._failure = self._recover(error)
        if result and self._failure is None:
            self._objects.keep(result, value)
        if number:
            failure, self._failure = self._failure, None
            progress.call = 0
            self._send(self._reply(number, value, failure))

    def _reply(self, number: int, value: Any, failure: BaseException | None) -> bytes:
        """Return the frame that answers request `number`, with `value` or with the failure."""
        if failure is None:
            frame = Frame(self._objects.refer, FROM_STUDENT)
            try:
                return frame.encode(f'{{"id":{number},"value":{frame.pack(value)}}}')
            except BaseException as error:  # noqa: BLE001 - packing may run code of the submission
                self._reserve = b""
                failure = self._recover(error)
        return self._message({"id": number, "error": describe(failure, self._root, self._files)})

    def _message(self, plain: "Mapping[str, Any]") -> bytes:
        """Return the frame with plain values."""
        return Frame(self._objects.refer, FROM_STUDENT).encode(write_plain(plain))

    def _send(self, frame: bytes) -> None:
        self._connection.send(frame)
        self._objects.sent += 1

    def _send_progress(self, numbers: "Mapping[str, float]") -> None:
        self._send(self._message({"id": progress.call, "progress": numbers}))

    def _recover(self, error: BaseException) -> BaseException:
        """Return `error` with a new reserve of memory. Raises an error of the connection itself."""
        if isinstance(error, Closed | ProtocolError):
            raise error
        if isinstance(error, MemoryError):
            free_frames(error)
        self._reserve = bytes(RESERVE)
        return error

    # Requests

    def _load(self, files: dict[str, np.ndarray]) -> list[list[str]]:
        """Import the submission's adapters; return their names, and why parts of them are broken."""
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
        """Forget all objects before the next test, and seed the random numbers again."""
        self._objects.clear()
        self._failure = None
        self._lines.clear()
        random.seed(0)
        np.random.seed(0)  # noqa: NPY002 - the legacy generator is the one that students reach for

    def _call_adapter(self, name: str, args: list[Any], kwargs: dict[str, Any] = NO_OPTIONS) -> Any:
        adapter = _adapter(name)
        progress.options = kwargs
        return adapter(*args, **kwargs)

    def _call_each(self, name: str, calls: list[list[Any]]) -> list[Any]:
        """Return the results of many calls of one adapter, so that a large graph needs few requests."""
        adapter = _adapter(name)
        return [adapter(*args) for args in calls]

    def _fold(self, name: str, items: list[Any]) -> Any:
        """Combine `items` from left to right by an adapter that takes two of them."""
        return functools.reduce(_adapter(name), items)

    # Functions that stay on the other side

    def _resolve(self, tag: str, fields: dict[str, Any]) -> Any:
        if tag == "handle":
            return self._objects.get(fields["handle"])
        call, function = progress.call, fields["function"]
        return lambda *arguments: self._call_back(call, function, arguments)

    def _call_back(self, call: int, function: int, arguments: tuple[Any, ...]) -> Any:
        """Return the result of a test's function, which the trusted end calls; serve requests meanwhile."""
        frame = Frame(self._objects.refer, FROM_STUDENT)
        packed = frame.pack(list(arguments))
        self._send(frame.encode(f'{{"id":{call},"callback":{function},"args":{packed}}}'))
        while True:
            kind, number, result, arguments_of_request = self._next_request()
            if kind == "return":
                progress.call = call
                return self._result_of_callback(*arguments_of_request)
            self._answer(kind, number, result, arguments_of_request)

    def _result_of_callback(self, value: Any, ok: bool) -> Any:  # noqa: FBT001 - a field of the protocol
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        if not ok:
            raise GraderCallbackFailed("the function of the test raised an error")
        return self._unpacker.unpack(value)


def _adapter(name: str) -> "Callable[..., Any]":
    """Return the submission's adapter of that name. Raises MissingAdapter."""
    try:
        adapter: Callable[..., Any] = getattr(sys.modules[ADAPTERS], name)
    except AttributeError:
        near = get_close_matches(name, vars(sys.modules[ADAPTERS]), 1)
        nearest = f"; the nearest is {near[0]}" if near else ""
        raise MissingAdapter(f"tests/adapters.py has no function {name}{nearest}") from None
    return adapter


def _call_method(owner: Any, name: str, args: list[Any], kwargs: dict[str, Any] = NO_OPTIONS) -> Any:
    return getattr(owner, name)(*args, **kwargs)


def _apply(name: str, args: list[Any]) -> Any:
    return OPERATORS[name](*args)


def surround(files: "Mapping[str, bytes]") -> None:
    """Give the submission its files and a scratch folder, and sentences where the sandbox stops it."""
    install_scratch(os.getcwd(), files)
    install_causes(files)


def serve(stream: Stream) -> NoReturn:
    """Serve the trusted end on `stream` until that is closed; then end this process."""
    try:
        SubmissionServer(FrameConnection(stream, FROM_GRADER), surround).serve()
    except Closed:
        sys.stdout.flush()
    os._exit(0)  # threads and exit handlers of the submission end with the process


def serve_pipes(reading: int, writing: int) -> NoReturn:
    """Serve the trusted end through two pipes, as `serve` does."""
    serve(Pipes(reading, writing))


def main() -> None:
    """Serve on the socket whose descriptor is the first argument."""
    stream = socket.socket(fileno=int(sys.argv[1]))
    stream.set_inheritable(False)
    serve(stream)


if __name__ == "__main__":
    main()
