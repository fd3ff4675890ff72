"""Progress of a long call: what the suite's modules beside a submission tell while it computes.

Runs in the submission's process, so it imports only the standard library. The numbers are the submission's
word and only ever shown, never counted.
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
    """What is known of the open call, and the way to tell how far it has come.

    `call` is a number of its own for each call that somebody waits for, 0 outside of them; `options` are the
    arguments that the call was given by name.
    """

    def __init__(self) -> None:
        """Tell nobody; the student's end changes that where there is one."""
        self.call = 0
        self.options: Mapping[str, Any] = {}
        self._send: Callable[[Mapping[str, float]], None] | None = None
        self._thread = 0
        self._counted = 0  # the call that `_reports` belongs to
        self._reports = 0
        self._next = 0.0  # of time.monotonic

    def start(self, send: Callable[[Mapping[str, float]], None]) -> None:
        """Tell `send` from now on, in this thread only: the connection belongs to it."""
        self._send = send
        self._thread = threading.get_ident()

    def report(self, **numbers: float) -> None:
        """Tell of up to MAX_NUMBERS finite numbers; what comes within SECONDS_BETWEEN of the last is lost."""
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
    """Tell whether `numbers`, which came as JSON, are what `report` may have sent."""
    return (
        type(numbers) is dict
        and len(numbers) <= MAX_NUMBERS
        and all(len(name) <= NAME_CHARACTERS and name.isascii() and name.isidentifier() for name in numbers)
        and all(type(number) in {int, float} and abs(number) <= LARGEST for number in numbers.values())
    )
