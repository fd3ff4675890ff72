"""Progress of a long call: numbers that the suite's modules beside a submission report while it computes.

Runs in the submission's process, so it imports only the standard library. The submission
may lie about the numbers. Pages show them; no score depends on them.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

MAX_NUMBERS = 8
MAX_REPORTS = 2_000  # of one call
NAME_CHARACTERS = 24
SECONDS_BETWEEN = 0.2
LARGEST = 1e15


class CallProgress:
    """Reports the progress of the open call.

    `call` is the number of the open call, or 0; `options` are its keyword arguments.
    """

    def __init__(self) -> None:
        """Report to nobody until `start`."""
        self.call = 0
        self.options: Mapping[str, Any] = {}
        self._send: Callable[[Mapping[str, float]], None] | None = None
        self._thread = 0
        self._counted = 0  # the call that `_reports` belongs to
        self._reports = 0
        self._next = 0.0  # of time.monotonic

    def start(self, send: Callable[[Mapping[str, float]], None]) -> None:
        """Report to `send` from now on, in this thread only: the connection belongs to it."""
        self._send = send
        self._thread = threading.get_ident()

    def report(self, **numbers: float) -> None:
        """Report up to MAX_NUMBERS finite numbers, unless the last report is younger than SECONDS_BETWEEN."""
        if self._send is None or not self.call or self._thread != threading.get_ident():
            return
        if self._counted != self.call:
            self._counted, self._reports, self._next = self.call, 0, 0.0
        now = time.monotonic()
        if now < self._next or self._reports >= MAX_REPORTS:
            return
        self._next = now + SECONDS_BETWEEN
        self._reports += 1
        self._send(numbers)


progress = CallProgress()  # of this process, which holds one submission


def are_progress(numbers: Any) -> bool:
    """Tell whether `numbers`, which came as JSON, have the form that `report` sends."""
    return (
        type(numbers) is dict
        and len(numbers) <= MAX_NUMBERS
        and all(len(name) <= NAME_CHARACTERS and name.isascii() and name.isidentifier() for name in numbers)
        and all(type(number) in {int, float} and abs(number) <= LARGEST for number in numbers.values())
    )
