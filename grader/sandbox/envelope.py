"""The messages between the worker and process 1 of a container, beside the submission's own bytes.

Standard input carries envelopes to process 1: a kind, a size, and so many bytes. Standard error carries the
submission's output and, in between, reports of process 1. The submission could print a false report. So
process 1 seals each report with a key, which the worker sends as the first envelope and the submission never
sees.

Runs in process 1 as well, so it imports only the standard library.
"""

import hashlib
import hmac
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from grader.sandbox.usage import FIGURES, Usage, unpack_usage

ENVELOPE = struct.Struct("!BI")  # kind and size
KEY, DATA, CLOCK = range(3)  # the key; bytes for the submission; a question with a number of its own
QUESTION = struct.Struct("!Q")
ORDER = struct.Struct("!QQ")  # a report's own number, and that of the question that it answers, or 0
MARK = b"\0usage\xff\0"
KEY_BYTES = 32
SEAL_BYTES = 16
REPORT_BYTES = len(MARK) + ORDER.size + FIGURES.size + SEAL_BYTES  # little enough for a pipe to take whole


@dataclass(frozen=True)
class UsageReport:
    """A report of process 1: `number` grows with each report, `answers` is a question's number or 0."""

    number: int
    answers: int
    usage: Usage

    def seal(self, key: bytes) -> bytes:
        """Return the report as it is sent."""
        content = ORDER.pack(self.number, self.answers) + self.usage.pack()
        return MARK + content + _seal(key, content)


class Sieve:
    """Separates the reports from the output on standard error, in linear time."""

    def __init__(self, key: bytes) -> None:
        """Accept reports that are sealed with `key`."""
        self._key = key
        self._held = b""  # the beginning of what may become a report
        self._last = 0  # the number of the last report: an older one is a copy

    def part(self, chunk: bytes) -> tuple[bytes, list[UsageReport]]:
        """Return the output in the bytes so far, and the reports that are complete now."""
        content, begin = self._held + chunk, 0
        printed: list[bytes] = []
        reports: list[UsageReport] = []
        for place in _places(content):
            if place < begin:  # within a report
                continue
            if len(content) - place < REPORT_BYTES:
                self._held = content[place:]
                return b"".join([*printed, content[begin:place]]), reports
            report = self._report(content[place : place + REPORT_BYTES])
            if report:
                printed.append(content[begin:place])
                reports.append(report)
                begin = place + REPORT_BYTES
        kept = max(begin, len(content) - _beginning_of_mark(content))
        self._held = content[kept:]
        return b"".join([*printed, content[begin:kept]]), reports

    def rest(self) -> bytes:
        """Return the last output, after the end of the stream."""
        return self._held

    def _report(self, sealed: bytes) -> UsageReport | None:
        content, seal = sealed[len(MARK) : -SEAL_BYTES], sealed[-SEAL_BYTES:]
        if not hmac.compare_digest(seal, _seal(self._key, content)):
            return None
        number, answers = ORDER.unpack_from(content)
        if number <= self._last:
            return None
        self._last = number
        return UsageReport(number, answers, unpack_usage(content[ORDER.size :]))


def _seal(key: bytes, content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=SEAL_BYTES, key=key).digest()


def _places(content: bytes) -> Iterator[int]:
    """Yield where MARK stands in `content`."""
    place = content.find(MARK)
    while place >= 0:
        yield place
        place = content.find(MARK, place + 1)


def _beginning_of_mark(content: bytes) -> int:
    """Return how many bytes at the end of `content` may be the beginning of MARK."""
    return next(size for size in range(len(MARK) - 1, -1, -1) if content.endswith(MARK[:size]))
