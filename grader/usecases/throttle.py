"""A rate limit on wrong keys: an address that sends many of them gets status 429 instead of 401.

A right token, link or cookie always works: a key is looked up before anything is counted. The limit does not
have to stop guessers. A key has a secret half of 256 random bits, of which the store keeps a hash. At a
million guesses a second, the chance to hit one of a million keys within a year is below 1 in 10^57 (2^256 is
1.2 * 10^77, a year has 3.2 * 10^7 seconds). Links expire after days, and sessions after hours. So the limit
slows down a program with an old token, and the operator sees it in the log.
"""

import threading
import time
from collections import deque
from ipaddress import IPv6Address, ip_address

WINDOW_SECONDS = 300
SOURCES = 10_000  # remembered at a time; the oldest are forgotten first
NETWORK_BITS = 64  # of an IPv6 address: one household, or one machine, has all addresses below


class Throttle:
    """Counts failures by source, in memory. Its methods may be called by any thread."""

    def __init__(self, failures: int) -> None:
        """Allow `failures` of each source in the window."""
        self._allowed = failures
        self._failures: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def fail(self, address: str) -> float:
        """Note a failure; return how many seconds the address should wait, 0 within the limit."""
        source = _source(address)
        with self._lock:
            moments = self._recent(source)
            wait = moments[0] + WINDOW_SECONDS - time.monotonic() if len(moments) >= self._allowed else 0.0
            moments.append(time.monotonic())
            self._failures[source] = moments
            while len(self._failures) > SOURCES:
                del self._failures[next(iter(self._failures))]
        return max(0.0, wait)

    def _recent(self, source: str) -> deque[float]:
        moments = self._failures.pop(source, deque(maxlen=self._allowed))
        while moments and moments[0] <= time.monotonic() - WINDOW_SECONDS:
            moments.popleft()
        return moments


def _source(address: str) -> str:
    """Return the part of an address that a guesser cannot change: the IPv4 address, or the IPv6 network."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or int(parsed) >> (parsed.max_prefixlen - NETWORK_BITS))
