"""The adapters that the tests get in grading: a module whose functions are calls across the boundary."""

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from grader.boundary.channel import Channel
from grader.boundary.interface import ADAPTERS, Interface


class RemoteAdapters(ModuleType):
    """Stands in for `tests.adapters` in the process that holds the tests."""

    def __init__(self, connect: Callable[[], Channel], interface: Interface) -> None:
        """Call adapters through the channel that `connect` returns at each call."""
        super().__init__(ADAPTERS, "The adapters of the submission, called across the trust boundary.")
        self._connect = connect
        self._interface = interface

    @property
    def asked(self) -> list[str]:
        """The names of the adapters that the tests took so far."""
        return [name for name, value in vars(self).items() if isinstance(value, RemoteAdapter)]

    def __getattr__(self, name: str) -> "RemoteAdapter":
        if name.startswith("__"):
            raise AttributeError(name)
        adapter = self._adapter(name)
        setattr(self, name, adapter)
        return adapter

    def _adapter(self, name: str) -> "RemoteAdapter":
        """Return the function that stands for the adapter `name`."""
        return RemoteAdapter(self._connect, self._interface, name)


class RemoteAdapter:
    """Stands in for one adapter: a call of it is a call across the boundary."""

    def __init__(self, connect: Callable[[], Channel], interface: Interface, name: str) -> None:
        """Call the adapter `name` through the channel that `connect` returns at each call."""
        self._connect = connect
        self._name = name
        self._seconds = interface.seconds.get(name)
        self._is_deferred = name in interface.adapters

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Return the adapter's result: a proxy at once if the manifest says so, else the answer."""
        channel = self._connect()
        request = [self._name, list(arguments), *_last_argument(options)]
        if self._seconds is not None:
            with channel.time_limit(self._seconds):
                return channel.ask("call", *request)
        return channel.tell("call", *request) if self._is_deferred else channel.ask("call", *request)

    def each(self, calls: Sequence[Sequence[Any]]) -> Any:
        """Return the results of many calls, each given by its arguments, for the price of one request."""
        return self._connect().ask("each", self._name, [list(arguments) for arguments in calls])

    def fold(self, items: Sequence[Any]) -> Any:
        """Return `items` combined from left to right by this adapter of two operands, as one request."""
        channel = self._connect()
        send = channel.tell if self._is_deferred else channel.ask
        return send("fold", self._name, list(items))


def _last_argument(options: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the last argument of a request; most calls have no options and leave it out."""
    return [options] if options else []
