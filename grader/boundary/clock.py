"""Fair time: limits count the time that a submission uses, not the time for which the host makes it wait.

The clock of a process runs while a request waits for its answer. Its time is the larger of two: the processor
time of all threads of the process, and the time that has passed less the time for which the two ends of the
boundary waited for a processor. So a limit means the same on a busy host and for a process with many threads.
A submission that sleeps reaches it as well. The trusted end counts its own waits with each request. It looks
at the waits of the other end about once a second.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from grader.boundary.errors import Lost, Starved, TimedOut

PATIENCE = 20  # times the limit of a test: so much time may pass while the host keeps a submission waiting
RUN_PATIENCE = 6  # times the limit of a run
UNKNOWN_PATIENCE = 6  # times a limit, where the host does not tell: a submission that sleeps ends there
LOOK_SECONDS = 1.0  # between two looks at what a process has used; short tests need none
LOOKS = 10  # within a limit, at least
CLEARLY = 0.8  # of a limit: one thread on a busy host computes for about as long as fair time passes
LEAST_SECONDS = 0.02  # between two looks near the end of a limit


class UsedTime(Protocol):
    """The usage of a process since it began, in seconds; `waited` is None where the host reports none."""

    @property
    def processor(self) -> float:
        """Processor time of all its threads."""

    @property
    def waited(self) -> float | None:
        """Time for which it waited for a processor."""


Look = Callable[[], UsedTime | None]


def never_waits() -> float:
    """Return no waits, for a trusted end that cannot measure its own."""
    return 0.0


class Limit:
    """A number of seconds, and the use of them so far."""

    def __init__(self, seconds: float = math.inf, reason: str = "", patience: float = PATIENCE) -> None:
        """Allow `seconds` of fair time; `patience` times as many may pass. A student reads the `reason`."""
        self.seconds = seconds
        self.reason = reason or f"no answer within {seconds:g} seconds"
        self.passed = 0.0
        self.waited = 0.0
        self.processor = 0.0
        self.counts_processor_only = False
        self._patience = patience

    @property
    def used(self) -> float:
        """The fair time."""
        return (
            self.processor if self.counts_processor_only else max(self.processor, self.passed - self.waited)
        )

    @property
    def is_over(self) -> bool:
        """Whether the seconds are used, or the last guard is reached."""
        return self.left <= 0

    @property
    def left(self) -> float:
        """The seconds until the limit or the last guard may be reached."""
        patience = UNKNOWN_PATIENCE if self.counts_processor_only else self._patience
        return min(self.seconds - self.used, patience * self.seconds - self.passed)

    def ending(self) -> Lost:
        """Return the error for a limit that is over. If the submission used little, the host failed."""
        if self.used < self.seconds and not self.counts_processor_only:
            waited = f"{self.waited:.0f} of {self.passed:.0f} seconds"
            return Starved(f"the host is too busy: the submission waited {waited} for a processor")
        has_threads = self.processor >= self.seconds and self.passed - self.waited < CLEARLY * self.seconds
        return TimedOut(f"{self.reason} of processor time" if has_threads else self.reason)


class Clock:
    """The clock of one process: it counts for the whole run, and for the present limit within that."""

    def __init__(self, look: Look, run: Limit, own_waits: Callable[[], float] = never_waits) -> None:
        """Read the usage of the process by `look` from now on; count it for `run` as well.

        `own_waits` returns the seconds for which the thread that uses this clock has waited for a processor.
        """
        self._look = look
        self._own_waits = own_waits
        self._run = run
        self._present = Limit()
        self._is_old = False  # the present limit: whether it was there at the last look
        self._seen = look()
        self._unseen = 0.0  # seconds since then, less the own waits
        self._entered = 0
        self._since: tuple[float, float] | None = None  # the time and the own waits, while the clock runs
        self._noted = self._noted_waits = 0.0  # seconds that no limit counts yet, and the own waits in them
        self._quiet = 0.0  # seconds from `_since` in which neither a look nor the end of a limit is due
        self._between = 0.0  # seconds between two looks
        self._count_processor_only(run)

    @property
    def notice(self) -> str | None:
        """A sentence for the report if this host measures less than others."""
        if self._seen is None:
            return "This host does not report processor time, so the time limits count the time that passes."
        if self._seen.waited is None:
            return (
                "This host does not report waiting time, so the time limits count processor time; "
                f"a test also ends when {UNKNOWN_PATIENCE} times its limit has passed."
            )
        return None

    def processor_seconds(self) -> float:
        """Return the processor time of the process, or the time of a clock where the host does not report it.

        Raises Starved when the sandbox knows and does not answer.
        """
        usage = self._look() if self._seen is not None else None
        if usage is not None:
            return usage.processor
        if self._seen is not None:
            raise Starved("the sandbox does not say how much processor time was used")
        return time.perf_counter()

    def limit(self, seconds: float) -> None:
        """Begin a limit in place of the present one."""
        self._begin(Limit(seconds))

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Count the time inside for a limit of its own; the present limit pauses."""
        before = self._present
        self._begin(Limit(seconds))
        try:
            yield
        finally:
            self._begin(before)

    def __enter__(self) -> None:
        """Let the clock run, if it does not yet."""
        self._entered += 1
        if self._entered == 1:
            self._since = time.monotonic(), self._own_waits()

    def __exit__(self, *_: object) -> None:
        """Stop the clock at the outermost end: from there on the tests themselves compute."""
        self._entered -= 1
        if not self._entered:
            self._note_time()
            self._since = None

    def patience(self) -> float | None:
        """Return for how many seconds to wait before asking again. Raises TimedOut, Starved."""
        if self._since is not None and time.monotonic() - self._since[0] < self._quiet:
            return self._between
        self._advance()
        if self._present.seconds == self._run.seconds == math.inf:
            return None
        self._between = min(LOOK_SECONDS, self._present.seconds / LOOKS)
        if self._unseen >= self._between or self._left <= 0:
            self._see()
        for limit in (self._run, self._present):
            if limit.is_over:
                raise limit.ending()
        left = self._left
        self._quiet = min(self._between - self._unseen, left - self._between)
        return self._between if left >= self._between else max(left, LEAST_SECONDS)

    @property
    def _left(self) -> float:
        return min(self._run.left, self._present.left)

    def _begin(self, limit: Limit) -> None:
        self._advance()
        self._present, self._is_old, self._quiet = limit, False, 0.0
        self._count_processor_only(limit)

    def _count_processor_only(self, limit: Limit) -> None:
        limit.counts_processor_only = self._seen is not None and self._seen.waited is None

    def _note_time(self) -> None:
        """Note the time for which the clock has run; most requests end before anything else is due."""
        if self._since is None:
            return
        before, self._since = self._since, (time.monotonic(), self._own_waits())
        passed = self._since[0] - before[0]
        self._noted += passed
        self._noted_waits += self._since[1] - before[1]
        self._quiet -= passed

    def _advance(self) -> None:
        """Count for the limits the noted time and the own waits in it."""
        self._note_time()
        self._unseen += self._noted - self._noted_waits
        for limit in (self._run, self._present):
            limit.passed += self._noted
            limit.waited += self._noted_waits
        self._noted = self._noted_waits = 0.0

    def _see(self) -> None:
        """Look, and count the usage since the last look.

        A limit that began after that look counts none of it: it loses at most the time between two looks.
        Without an answer, the time that has passed counts.
        """
        before, now = self._seen, self._look() if self._seen is not None else None
        self._advance()
        if before is None or now is None:
            return
        waited = min(self._unseen, (now.waited or 0.0) - (before.waited or 0.0))
        for limit in (self._run, self._present) if self._is_old else (self._run,):
            limit.waited += waited
            limit.processor += now.processor - before.processor
        self._seen, self._unseen, self._is_old = now, 0.0, True
