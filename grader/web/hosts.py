"""Checks the Host header: a request that names another host is refused.

A page of another site can make a browser send requests to this service under a name of its own (DNS
rebinding); the check prevents that. No link uses the header either: links begin with the public URL.
"""

import re
from collections.abc import Collection

import structlog
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from grader.web.api_error import ApiError, ErrorType

HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:/\\@\[\]]+)(?::[0-9]{1,5})?", re.IGNORECASE | re.ASCII)
SHOWN_CHARACTERS = 100

log = structlog.get_logger()


class HostCheck:
    """Passes on requests that name the service by one of its names."""

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        """Guard `app`, which people reach as `names`; ports do not matter."""
        self._app = app
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        stated = Headers(scope=scope).getlist("host")
        if len(stated) == 1 and host_name(stated[0]) in self._names:
            await self._app(scope, receive, send)
            return
        log.info("another host", host=" ".join(stated)[:SHOWN_CHARACTERS])
        await _refusal().response()(Request(scope).scope, receive, send)


def host_name(host: str) -> str | None:
    """Return the name in a Host header, without its port; None if it is no host."""
    found = HOST.fullmatch(host)
    return found[1].strip("[]").rstrip(".").lower() if found else None


def _refusal() -> ApiError:
    detail = (
        "The request names a host that is not this service's. Use the address that your course staff gave "
        "you. The operator sets GRADER_PUBLIC_URL to it, or adds names to GRADER_HOSTS."
    )
    return ApiError(ErrorType.WRONG_HOST, detail, headers={"Connection": "close"})
