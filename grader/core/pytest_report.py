"""The report of a run of the suite, in pytest-json-report's format: written by a run, read for the score.

https://github.com/numirias/pytest-json-report describes the format. Facts that it has no place for, such as
the value that a check expected, stand under a test's `metadata`; the suite's conftest.py writes them there as
well. A fixture never touches the submission, so a test whose set-up or teardown failed is not judged. A test
that was skipped, or that was expected to fail, is lost.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grader.core.report import GradedReport
from grader.core.scoring import Outcome, Property, TestResult
from grader.core.text import clean, clean_line

Entry = Mapping[str, Any]

TEXT_CHARACTERS = 4_000
PHASES = ("setup", "call", "teardown")
STATED = ("description", "message", "expected", "actual", "hint")  # fields of a result, under `metadata`
WRITTEN = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.ERROR: "failed",
    Outcome.NOT_WRITTEN: "failed",
    Outcome.NOT_RUN: "skipped",
    Outcome.NOT_JUDGED: "error",
}
READ = {"passed": Outcome.PASSED, "error": Outcome.NOT_JUDGED}  # all else is lost
WITHOUT_MESSAGE = {
    "skipped": "The test was skipped, which counts as failed.",
    "xfailed": "The test was expected to fail, which counts as failed.",
    "xpassed": "The test was expected to fail, which counts as failed.",
}


class ReportError(ValueError):
    """A text is no report of pytest-json-report; the message names the place and a remedy."""


def to_entry(result: TestResult) -> dict[str, Any]:
    """Return `result` as a test of the report."""
    outcome = WRITTEN[result.outcome]
    stated = {name: getattr(result, name) for name in STATED if getattr(result, name)}
    call: dict[str, Any] = {"duration": result.seconds, "outcome": outcome}
    if result.outcome is not Outcome.PASSED:
        call["crash"] = {"path": result.file, "lineno": result.line, "message": result.message}
        call["longrepr"] = result.message
    entry = {
        "nodeid": "::".join([result.file, *filter(None, (result.group, result.name))]),
        "lineno": result.line,
        "outcome": outcome,
        "setup": {"duration": 0.0, "outcome": "failed" if outcome == "error" else "passed"},
        "call": call,
        "teardown": {"duration": 0.0, "outcome": "passed"},
        "metadata": {"outcome": result.outcome.value, **stated},
    }
    if result.properties:
        entry["user_properties"] = [{name: value} for name, value in result.properties.items()]
    return entry


def from_entry(entry: Entry) -> TestResult:
    """Return the result that a test of the report tells of. Raises KeyError, TypeError, ValueError.

    The outcome that the grader wrote counts where it agrees with pytest's: it tells an error from a failure.
    """
    node = entry["nodeid"]
    head, bracket, parameters = node.partition("[")
    file, *classes, name = head.split("::")
    outcome, metadata = entry["outcome"], entry.get("metadata", {})
    stated = Outcome(metadata["outcome"]) if "outcome" in metadata else None
    agrees = stated is not None and WRITTEN[stated] == outcome
    texts = {key: clean(str(metadata[key]), TEXT_CHARACTERS) for key in STATED if metadata.get(key)}
    if outcome != "passed":
        texts.setdefault("message", _message(entry))
    return TestResult(
        name=f"{name}{bracket}{parameters}",
        group=classes[-1] if classes else "",
        outcome=stated if stated is not None and agrees else READ.get(outcome, Outcome.FAILED),
        file=file,
        line=int(entry.get("lineno", 0)),
        seconds=float(entry.get("call", {}).get("duration", 0.0)),
        properties=_properties(entry.get("user_properties", ())),
        **texts,
    )


def to_report(report: GradedReport) -> dict[str, Any]:
    """Return the tests of a graded report as a report of pytest-json-report."""
    results = [result for problem in report.score.problems for result in problem.results]
    tests = [to_entry(result) for result in results]
    outcomes = [test["outcome"] for test in tests]
    counts = {outcome: outcomes.count(outcome) for outcome in dict.fromkeys(outcomes)}
    return {
        "created": datetime.fromisoformat(report.started_at).timestamp(),
        "duration": report.seconds,
        "exitcode": int(any(outcome != "passed" for outcome in outcomes)),
        "root": "",
        "environment": {},
        "summary": {**counts, "total": len(tests), "collected": len(tests)},
        "tests": tests,
    }


@dataclass(frozen=True)
class Reported:
    """The content of a report: the results of tests, and the seconds of the run."""

    results: Sequence[TestResult]
    seconds: float


def read_report(text: str, name: str) -> Reported:
    """Return the content of the report `text`, which errors call `name`. Raises ReportError."""
    try:
        report = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReportError(f"{name} is not JSON ({error}); {REMEDY}") from None
    tests = report.get("tests") if isinstance(report, dict) else None
    if not isinstance(tests, list):
        raise ReportError(f"{name} has no list `tests`; {REMEDY}")
    duration = report.get("duration")
    seconds = float(duration) if type(duration) in {int, float} and 0 <= duration < math.inf else 0.0
    return Reported([_read(test, f"{name}, tests[{place}]") for place, test in enumerate(tests)], seconds)


REMEDY = "write it with `pytest --json-report`, without --json-report-summary and --json-report-omit"


def _read(test: Any, place: str) -> TestResult:
    try:
        return from_entry(test)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = clean_line(f"{type(error).__name__}: {error}", TEXT_CHARACTERS)
        raise ReportError(
            f"{place} is not in the format of pytest-json-report ({reason}); {REMEDY}"
        ) from None


def _message(entry: Entry) -> str:
    """Return pytest's message about a test that did not pass."""
    for phase in PHASES:
        crash = entry.get(phase, {}).get("crash")
        if crash:
            return clean(str(crash["message"]), TEXT_CHARACTERS)
    return WITHOUT_MESSAGE.get(entry["outcome"], "The report does not say why.")


def _properties(pairs: Iterable[Mapping[str, Property]]) -> dict[str, Property]:
    """Return the facts that a test recorded, as far as a report can hold them."""
    return {
        str(name): value
        for pair in pairs
        for name, value in pair.items()
        if isinstance(value, str | float | int)
    }
