"""Proxies: the tests hold one in place of a student's Value, Tensor, layer or network."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from grader.boundary.interface import Interface


class Sender(Protocol):
    """The requests that a proxy makes of its channel."""

    interface: Interface
    forget: "Callable[[Proxy], None]"

    def ask(self, kind: str, *arguments: Any) -> Any:
        """Return the answer to a request."""

    def tell(self, kind: str, *arguments: Any) -> "Proxy":
        """Queue a request; return the proxy of its result."""

    def tell_only(self, kind: str, *arguments: Any) -> None:
        """Queue a request that has no result."""


class Proxy:
    """Stands for an object in the submission's process: each use of the proxy is a use of the object there.

    Attributes and methods are the object's own, except the slots below.
    `remote_type` is the name of the object's type where it is known, for messages.
    """

    __slots__ = ("__weakref__", "_channel", "_id", "remote_type")
    __array_ufunc__ = None  # a numpy scalar on the left leaves the operation to the proxy

    _channel: Sender
    _id: int
    remote_type: str

    def __init__(self, channel: Sender, handle: int, remote_type: str) -> None:
        """Stand for the object with that handle in the process that `channel` speaks with."""
        _set_channel(self, channel)
        _set_id(self, handle)
        _set_remote_type(self, remote_type)

    def __del__(self) -> None:
        """Let the other side forget the object."""
        self._channel.forget(self)

    def __repr__(self) -> str:
        return f"<{self.remote_type or 'object'} of the submission>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the student does not answer Python's and numpy's own protocols
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

    def __add__(self, other: Any) -> "Proxy":
        return self._channel.tell("op", "add", [self, other])

    def __radd__(self, other: Any) -> "Proxy":
        return self._channel.tell("op", "add", [other, self])

    def __sub__(self, other: Any) -> "Proxy":
        return self._channel.tell("op", "sub", [self, other])

    def __rsub__(self, other: Any) -> "Proxy":
        return self._channel.tell("op", "sub", [other, self])

    def __mul__(self, other: Any) -> "Proxy":
        return self._channel.tell("op", "mul", [self, other])

    def __rmul__(self, other: Any) -> "Proxy":
        return self._channel.tell("op", "mul", [other, self])

    def __truediv__(self, other: Any) -> "Proxy":
        return self._channel.tell("op", "truediv", [self, other])

    def __rtruediv__(self, other: Any) -> "Proxy":
        return self._channel.tell("op", "truediv", [other, self])

    def __pow__(self, other: Any) -> "Proxy":
        return self._channel.tell("op", "pow", [self, other])

    def __rpow__(self, other: Any) -> "Proxy":
        return self._channel.tell("op", "pow", [other, self])

    def __matmul__(self, other: Any) -> "Proxy":
        return self._channel.tell("op", "matmul", [self, other])

    def __rmatmul__(self, other: Any) -> "Proxy":
        return self._channel.tell("op", "matmul", [other, self])

    def __neg__(self) -> "Proxy":
        return self._channel.tell("op", "neg", [self])


# The setters of a proxy's slots, past its __setattr__: a run makes thousands of proxies.
_set_channel = Proxy.__dict__["_channel"].__set__
_set_id = Proxy.__dict__["_id"].__set__
_set_remote_type = Proxy.__dict__["remote_type"].__set__


class Method:
    """A method of a proxy's object whose result stays on the other side."""

    def __init__(self, proxy: Proxy, name: str) -> None:
        """Stand for the method `name` of the object of `proxy`."""
        self._proxy = proxy
        self._name = name

    def __call__(self, *arguments: Any, **options: Any) -> Proxy:
        """Queue the call; return the proxy of its result."""
        channel = self._proxy._channel  # noqa: SLF001 - a part of Proxy
        given = [options] if options else []
        return channel.tell("method", self._proxy, self._name, list(arguments), *given)
