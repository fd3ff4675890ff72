"""The proxies of one channel by their handles, the numbers by which both ends name an object.

The trusted end numbers the results that it names from 1 on. The peer names objects of its own by negative
numbers. One handle has one proxy and one type as long as the proxy is in use.
"""

from typing import Any
from weakref import ref

from grader.boundary.frame_limits import ProtocolError
from grader.boundary.proxy import Proxy, Sender
from grader.boundary.wire import shorten
from grader.core.text import clean_line

MAX_OWN_HANDLE = 1 << 53
NAME_CHARACTERS = 80


class ProxyTable:
    """Makes proxies, finds the one that a peer names, and knows which handles the peer may forget."""

    def __init__(self, channel: Sender) -> None:
        """Make proxies that send their requests through `channel`."""
        self._channel = channel
        self._proxies: dict[int, ref[Proxy]] = {}
        self._last_handle = 0
        self._forgotten = 0  # the last handle from before the peer was told to forget all
        self._dropped: set[int] = set()

    def next_handle(self) -> int:
        """Return a new handle for the result of a request."""
        self._last_handle += 1
        return self._last_handle

    def add(self, handle: int) -> Proxy:
        """Return a new proxy with that handle."""
        proxy = Proxy(self._channel, handle, "")
        self._proxies[handle] = ref(proxy)
        return proxy

    def forget(self, proxy: Proxy) -> None:
        """Note that no test uses `proxy` any more, so that the peer can forget its object."""
        handle = proxy._id  # noqa: SLF001 - a proxy and its table know each other
        known = self._proxies.get(handle)
        if known is not None and known() in (None, proxy):  # and not a later proxy with the same handle
            del self._proxies[handle]
            self._dropped.add(handle)

    def forget_all(self) -> None:
        """Forget all proxies; the peer forgets all objects."""
        self._dropped.clear()
        self._proxies.clear()
        self._forgotten = self._last_handle

    def take_dropped(self) -> list[int]:
        """Return the handles that the peer may forget, each once."""
        dropped, self._dropped = self._dropped, set()
        return list(dropped)

    def resolve(self, tag: str, fields: dict[str, Any]) -> Proxy:
        """Return the proxy that the peer names. Raises ProtocolError for a handle that it cannot know."""
        handle, kind = fields.get("handle", 0), fields.get("type", "")
        well_formed = tag == "handle" and type(handle) is int and type(kind) is str
        if not well_formed or not fields.keys() <= {"handle", "type"}:
            raise ProtocolError("a malformed handle")
        if not (self._forgotten < handle <= self._last_handle or -MAX_OWN_HANDLE <= handle < 0):
            raise ProtocolError(f"handle {shorten(handle)} was not given out")
        self._dropped.discard(handle)
        known = self._proxies.get(handle)
        proxy = known() if known is not None else None
        return _set_type(proxy or self.add(handle), clean_line(kind, NAME_CHARACTERS))


def _set_type(proxy: Proxy, kind: str) -> Proxy:
    """Return `proxy` with the type that the peer states. Raises ProtocolError for a second type."""
    if kind and kind != proxy.remote_type:
        if proxy.remote_type:
            raise ProtocolError(f"one handle stands for a {proxy.remote_type} and for a {kind}")
        object.__setattr__(proxy, "remote_type", kind)
    return proxy
