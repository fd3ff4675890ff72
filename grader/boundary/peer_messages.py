"""The messages that a student process may send while a request waits, checked and read.

They are the answer, an error, a callback of a function that the test handed in, and progress.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from grader.boundary.call_progress import are_progress
from grader.boundary.errors import Raised, Unwritten
from grader.boundary.frame_limits import ProtocolError
from grader.boundary.wire import Unpacker
from grader.core.text import clean, clean_line

UNWRITTEN = {"MissingAdapter", "NotImplementedError"}  # a missing adapter, a stub of the template
ERROR_FIELDS = ("type", "message", "traceback")
MESSAGE_CHARACTERS = 1_000
NAME_CHARACTERS = 80
TRACEBACK_CHARACTERS = 4_000

Message = tuple[str, Any]  # kind and content
Form = Callable[[dict[str, Any], Unpacker, Collection[int]], Message]


def read_message(number: int, message: Any, unpacker: Unpacker, functions: Collection[int]) -> Message:
    """Return kind and content of a message about request `number`. Raises ProtocolError.

    `functions` are the keys of the functions that the open call may call back.
    """
    answered = message.pop("id", None) if type(message) is dict else None
    if type(answered) is not int or answered != number:
        raise ProtocolError("an answer to another request")
    form = FORMS.get(tuple(message))
    if form is None:
        raise ProtocolError("an answer of unknown form")
    content = form(message, unpacker, functions)
    unpacker.finish()
    return content


def _value(message: dict[str, Any], unpacker: Unpacker, _: Collection[int]) -> Message:
    return "value", unpacker.unpack(message["value"])


def _error(message: dict[str, Any], _: Unpacker, __: Collection[int]) -> Message:
    return "error", _exception(message["error"])


def _callback(message: dict[str, Any], unpacker: Unpacker, functions: Collection[int]) -> Message:
    key, arguments = message["callback"], message["args"]
    if type(key) is not int or key not in functions or type(arguments) is not list:
        raise ProtocolError("a callback to no function of the open call")
    return "callback", (key, unpacker.unpack(arguments))


def _progress(message: dict[str, Any], _: Unpacker, __: Collection[int]) -> Message:
    if not are_progress(message["progress"]):
        raise ProtocolError("malformed progress")
    return "progress", message["progress"]


FORMS: Mapping[tuple[str, ...], Form] = {
    ("value",): _value,
    ("error",): _error,
    ("callback", "args"): _callback,
    ("progress",): _progress,
}


def _exception(error: Any) -> Raised:
    """Return the exception that the other side describes. Raises ProtocolError."""
    if (
        type(error) is not dict
        or set(error) != set(ERROR_FIELDS)
        or not all(type(error[field]) is str for field in ERROR_FIELDS)
    ):
        raise ProtocolError("a malformed error")
    kind = clean_line(error["type"], NAME_CHARACTERS)
    message = clean(error["message"], MESSAGE_CHARACTERS)
    raised = Unwritten if kind in UNWRITTEN else Raised
    return raised(f"{kind}: {message}" if message else kind, clean(error["traceback"], TRACEBACK_CHARACTERS))
