"""The score of a report that pytest-json-report wrote elsewhere: right if the report is right."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from grader.core.pytest_report import ReportError, read_report
from grader.core.report import GradedReport, status_of
from grader.core.scoring import TestResult, score
from grader.core.text import clean_line
from grader.suite.assignment import Assignment

MAX_BYTES = 64 << 20
ELSEWHERE = "elsewhere"
UNATTESTED = "unattested: nothing proves which code, suite or machine this report comes from"
SHOWN = 5
NAME_CHARACTERS = 200

Test = tuple[str, str]


def score_report(path: Path, assignment: Assignment, expected: Mapping[str, Sequence[str]]) -> GradedReport:
    """Return the points for the report in the file `path`; the suite expects these tests of each class.

    A test that the report lacks is lost; one that the suite does not have is named in a note. Raises
    ReportError.
    """
    content = _read(path)
    reported = read_report(content.decode(errors="replace"), clean_line(path.name, NAME_CHARACTERS))
    results, rubric = reported.results, assignment.rubric
    _refuse_doubles(results, path.name)
    known = {(group, name) for group, names in expected.items() for name in names}
    scored = score(rubric, expected, [result for result in results if _test(result) in known])
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return GradedReport(
        title=rubric.title,
        sha256=hashlib.sha256(content).hexdigest(),
        files=(clean_line(path.name, NAME_CHARACTERS),),
        received_at=now,
        suite_sha256=assignment.suite_sha256,
        suite_tests=len(known),
        rubric_sha256=assignment.rubric_sha256,
        seed_id="unknown",
        runner=ELSEWHERE,
        isolation=UNATTESTED,
        started_at=now,
        seconds=reported.seconds,
        status=status_of(scored, loadable=True),
        score=scored,
        notes=tuple(_notes(known, [_test(result) for result in results])),
    )


def _read(path: Path) -> bytes:
    if path.stat().st_size > MAX_BYTES:
        raise ReportError(
            f"{path} is larger than {MAX_BYTES >> 20} MiB; write it with --json-report-omit log streams"
        )
    return path.read_bytes()


def _test(result: TestResult) -> Test:
    return result.group, result.name


def _refuse_doubles(results: Iterable[TestResult], name: str) -> None:
    """Refuse a report in which a test comes twice: only one of them can be true."""
    [(test, count)] = Counter(map(_test, results)).most_common(1) or [(("", ""), 0)]
    if count > 1:
        raise ReportError(
            f"{name} has {count} results of {_test_name(test)}; run pytest once and score that report"
        )


def _notes(known: Collection[Test], reported: Collection[Test]) -> Iterable[str]:
    """Yield the notes: the report is unattested, its unknown tests, and its missing tests."""
    yield "This report is unattested: it was made elsewhere, and anyone can write such a file."
    for tests, sentence in (
        (sorted(set(reported) - set(known)), "of the report are not in this suite and count for nothing"),
        (sorted(set(known) - set(reported)), "of the suite are not in the report and are lost"),
    ):
        if tests:
            names = ", ".join(map(_test_name, tests[:SHOWN]))
            more = f" and {len(tests) - SHOWN} more" if len(tests) > SHOWN else ""
            yield f"{len(tests)} tests {sentence}: {names}{more}."


def _test_name(test: Test) -> str:
    return clean_line("::".join(test), NAME_CHARACTERS)
