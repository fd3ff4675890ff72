"""Reports of process 1 within a submission's output: found, whole or in pieces, and never forged."""

import random

import pytest

from grader.sandbox.envelope import MARK, REPORT_BYTES, Sieve, UsageReport
from grader.sandbox.usage import Usage

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
FIRST = UsageReport(1, 7, Usage(0.5, 0.25))
SECOND = UsageReport(2, 0, Usage(0.75, None))


def sieved(sieve, chunks):
    """Return all that was printed in `chunks`, and the reports among it."""
    printed, reports = b"", []
    for chunk in chunks:
        text, found = sieve.part(chunk)
        printed += text
        reports += found
    return printed + sieve.rest(), reports


def test_a_report_has_the_size_that_the_sieve_expects():
    """The sieve waits for that many bytes."""
    assert len(FIRST.seal(KEY)) == REPORT_BYTES


@pytest.mark.parametrize("size", [1, 2, 7, REPORT_BYTES - 1, REPORT_BYTES, 1_000])
def test_reports_are_taken_out_of_what_is_printed(size):
    """Wherever the pieces end, the text comes out as it was printed, and the reports beside it."""
    text = [b"before" + MARK[:3], MARK + b"between" + MARK[:-1], b"after" + MARK]
    stream = text[0] + FIRST.seal(KEY) + text[1] + SECOND.seal(KEY) + text[2]

    printed, reports = sieved(Sieve(KEY), [stream[at : at + size] for at in range(0, len(stream), size)])

    assert printed == b"".join(text)
    assert reports == [FIRST, SECOND]


@pytest.mark.parametrize(
    "forged",
    [FIRST.seal(OTHER_KEY), FIRST.seal(KEY)[:-1] + b"?", MARK * 40, b"\0" * 200],
    ids=["other key", "other seal", "marks", "zeros"],
)
def test_what_is_not_sealed_is_text(forged):
    """A submission can print text like a report; it stays output, and hides no real report."""
    printed, reports = sieved(Sieve(KEY), [forged + MARK, SECOND.seal(KEY)])

    assert printed == forged + MARK
    assert reports == [SECOND]


def test_a_copy_of_an_old_report_is_text():
    """A report that was read from the pipe and printed again changes nothing."""
    copy = FIRST.seal(KEY)

    printed, reports = sieved(Sieve(KEY), [copy, SECOND.seal(KEY), copy])

    assert printed == copy
    assert reports == [FIRST, SECOND]


def test_the_sieve_loses_no_byte():
    """Bytes that are drawn from those of a mark come out as they went in."""
    draw = random.Random(0)  # noqa: S311 - no secret
    chunks = [bytes(draw.choices(MARK, k=draw.randrange(40))) for _ in range(400)]

    printed, reports = sieved(Sieve(KEY), chunks)

    assert printed == b"".join(chunks)
    assert not reports
