"""The adapters as the tests see them in grading: a module whose functions are calls across the boundary."""

from collections.abc import Callable
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

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)
        adapter = self._adapter(name)
        setattr(self, name, adapter)
        return adapter

    def _adapter(self, name: str) -> Callable[..., Any]:
        """Return the function that stands for the adapter `name`."""
        connect, seconds = self._connect, self._interface.seconds.get(name)

        def tell(*arguments: Any, **options: Any) -> Any:
            return connect().tell("call", name, list(arguments), *_given(options))

        def ask(*arguments: Any, **options: Any) -> Any:
            return connect().ask("call", name, list(arguments), *_given(options))

        def ask_in_own_time(*arguments: Any, **options: Any) -> Any:
            with connect().time_limit(float(seconds or 0)):
                return connect().ask("call", name, list(arguments), *_given(options))

        if seconds is not None:
            return ask_in_own_time
        return tell if name in self._interface.adapters else ask


def _given(options: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the last argument of a request; most calls have no options and leave it out."""
    return [options] if options else []
