"""The client's address behind a proxy, from X-Forwarded-For.

Any client can send the header. So it counts only if the connection comes from an address, a network or a host
that the operator names as a proxy.
"""

import asyncio
import time
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from socket import gaierror

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

FRESH_SECONDS = 10.0  # a proxy that is started again may have another address


class Proxies:
    """Replaces the address of named proxies by the address of the client."""

    def __init__(self, app: ASGIApp, named: Sequence[str]) -> None:
        """Wrap `app`, which is reached through the proxies `named`."""
        self._app = app
        self._networks, self._hosts = _split_names(named)
        self._found: frozenset[str] = frozenset()
        self._found_at = float("-inf")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope.get("client"):
            forwarded = ",".join(Headers(scope=scope).getlist("x-forwarded-for"))
            if forwarded:
                scope = {**scope, "client": await self._client(scope["client"], forwarded)}
        await self._app(scope, receive, send)

    async def _client(self, peer: tuple[str, int], forwarded: str) -> tuple[str, int]:
        """Return the last address on the way here that is no proxy's."""
        address, port = peer
        hops = [hop.strip() for hop in forwarded.split(",")]
        while hops and await self._is_proxy(address):
            if not _is_address(hops[-1]):
                break
            address, port = hops.pop(), 0
        return address, port

    async def _is_proxy(self, address: str) -> bool:
        if not _is_address(address):
            return False
        if any(ip_address(address) in network for network in self._networks):
            return True
        return bool(self._hosts) and address in await self._addresses()

    async def _addresses(self) -> frozenset[str]:
        """Return the addresses of the named hosts."""
        if time.monotonic() - self._found_at > FRESH_SECONDS:
            self._found_at = time.monotonic()
            found = await asyncio.gather(*map(_resolve, self._hosts))
            self._found = frozenset(address for each in found for address in each)
        return self._found


def _split_names(named: Sequence[str]) -> tuple[list[IPv4Network | IPv6Network], list[str]]:
    """Split the names into addresses or networks, and hosts."""
    networks, hosts = [], []
    for name in named:
        try:
            networks.append(ip_network(name, strict=False))
        except ValueError:
            hosts.append(name)
    return networks, hosts


async def _resolve(host: str) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None)
    except gaierror:
        return []
    return [str(address[0]) for *_, address in found]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
