"""Handles: what a test holds in place of a student's Value, Tensor, layer or network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.boundary.channel import Channel


class Handle:
    """Stands for an object in the submission's process; what a test does to it is done to the object there.

    Attributes and methods are the object's own, whatever their names, except the slots below.
    `remote_type` is the name of the object's type where it is known, for messages.
    """

    __slots__ = ("__weakref__", "_channel", "_id", "remote_type")
    __array_ufunc__ = None  # a numpy scalar on the left leaves the operation to the handle

    _channel: Channel
    _id: int
    remote_type: str

    def __init__(self, channel: Channel, number: int, remote_type: str) -> None:
        """Stand for object `number` of the process that `channel` speaks with."""
        _set_channel(self, channel)
        _set_id(self, number)
        _set_remote_type(self, remote_type)

    def __del__(self) -> None:
        """Let the other side forget the object."""
        self._channel.forget(self)

    def __repr__(self) -> str:
        return f"<{self.remote_type or 'object'} of the submission>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python's and numpy's own protocols are not answered by the student
            raise AttributeError(name)
        interface = self._channel.interface
        if name in interface.methods:
            return Method(self, name)
        if name in interface.attributes:
            return self._channel.tell("get", self, name)
        return self._channel.ask("get", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._channel.tell_only("set", self, name, value)

    def __call__(self, *arguments: Any) -> Any:
        """Call the object, which is a layer or a network."""
        return self._channel.ask("op", "call", [self, *arguments])

    def __iter__(self) -> Iterator[Any]:
        return iter(self._channel.ask("op", "iter", [self]))

    def __add__(self, other: Any) -> Handle:
        return self._channel.tell("op", "add", [self, other])

    def __radd__(self, other: Any) -> Handle:
        return self._channel.tell("op", "add", [other, self])

    def __sub__(self, other: Any) -> Handle:
        return self._channel.tell("op", "sub", [self, other])

    def __rsub__(self, other: Any) -> Handle:
        return self._channel.tell("op", "sub", [other, self])

    def __mul__(self, other: Any) -> Handle:
        return self._channel.tell("op", "mul", [self, other])

    def __rmul__(self, other: Any) -> Handle:
        return self._channel.tell("op", "mul", [other, self])

    def __truediv__(self, other: Any) -> Handle:
        return self._channel.tell("op", "truediv", [self, other])

    def __rtruediv__(self, other: Any) -> Handle:
        return self._channel.tell("op", "truediv", [other, self])

    def __pow__(self, other: Any) -> Handle:
        return self._channel.tell("op", "pow", [self, other])

    def __rpow__(self, other: Any) -> Handle:
        return self._channel.tell("op", "pow", [other, self])

    def __matmul__(self, other: Any) -> Handle:
        return self._channel.tell("op", "matmul", [self, other])

    def __rmatmul__(self, other: Any) -> Handle:
        return self._channel.tell("op", "matmul", [other, self])

    def __neg__(self) -> Handle:
        return self._channel.tell("op", "neg", [self])


# A handle's own slots, past its __setattr__; thousands of handles are made in a run.
_set_channel = Handle.__dict__["_channel"].__set__
_set_id = Handle.__dict__["_id"].__set__
_set_remote_type = Handle.__dict__["remote_type"].__set__


class Method:
    """A method of a handle's object whose result stays on the other side."""

    def __init__(self, handle: Handle, name: str) -> None:
        """Stand for the method `name` of the object of `handle`."""
        self._handle = handle
        self._name = name

    def __call__(self, *arguments: Any, **options: Any) -> Handle:
        """Queue the call and return the handle of its result."""
        channel = self._handle._channel  # noqa: SLF001 - a part of Handle
        given = [options] if options else []
        return channel.tell("method", self._handle, self._name, list(arguments), *given)
