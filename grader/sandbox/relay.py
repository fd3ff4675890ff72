"""The relay in process 1: forwards input to the submission, and reports the submission's usage."""

import os
import select
import sys
import time
from typing import NoReturn

from grader.sandbox.envelope import CLOCK, DATA, ENVELOPE, KEY, KEY_BYTES, QUESTION, UsageReport
from grader.sandbox.usage import Meter

CHUNK = 1 << 16
SECONDS_BETWEEN = 0.5  # between two reports without a question


class Relay:
    """Reads envelopes from standard input and writes reports to standard error."""

    def __init__(self, meter: Meter, submission: int) -> None:
        """Forward to the descriptor `submission`, and report the figures of `meter`."""
        self._meter = meter
        self._submission = submission
        self._room = select.poll()
        self._room.register(submission, select.POLLOUT)
        os.set_blocking(submission, False)
        self._key = b""
        self._number = 0
        self._next = 0.0  # when the next report without a question is due

    def serve(self) -> NoReturn:
        """Serve envelopes for ever. Raises BrokenPipeError when the submission's process is gone."""
        while True:
            kind, size = ENVELOPE.unpack(_read(ENVELOPE.size))
            if kind == DATA:
                self._hand_on(size)
            elif kind == CLOCK:
                self._report(*QUESTION.unpack(_read(size)))
            elif kind == KEY and not self._key:  # the first: no other comes from the worker
                self._key = _read(size)[:KEY_BYTES]

    def _hand_on(self, size: int) -> None:
        """Forward the next `size` bytes, and report meanwhile if the submission is slow to read them."""
        self._next = time.monotonic() + SECONDS_BETWEEN
        while size:
            chunk = memoryview(_some(min(size, CHUNK)))
            size -= len(chunk)
            while chunk:
                self._wait()
                chunk = chunk[self._write(chunk) :]

    def _wait(self) -> None:
        """Wait until the submission has room for more, and report meanwhile."""
        has_room = False
        while not has_room:
            has_room = bool(self._room.poll(1_000 * max(0.0, self._next - time.monotonic())))
            if time.monotonic() >= self._next:
                self._report(0)
                self._next = time.monotonic() + SECONDS_BETWEEN

    def _write(self, chunk: memoryview) -> int:
        try:
            return os.write(self._submission, chunk)
        except BlockingIOError:
            return 0

    def _report(self, answers: int) -> None:
        usage = self._meter.read()
        if usage and self._key:
            self._number += 1
            os.write(sys.stderr.fileno(), UsageReport(self._number, answers, usage).seal(self._key))


def _read(size: int) -> bytes:
    """Return the next `size` bytes of standard input. Raises EOFError."""
    content = b""
    while len(content) < size:
        content += _some(size - len(content))
    return content


def _some(most: int) -> bytes:
    """Return up to `most` bytes of standard input, as soon as there are some. Raises EOFError."""
    chunk = os.read(sys.stdin.fileno(), most)
    if not chunk:
        raise EOFError
    return chunk
