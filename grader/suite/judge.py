"""The judgement of a test: from its error to its result in the report."""

import inspect
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pytest

from grader.boundary.errors import RunOver, SubmissionError, Unwritten
from grader.core.scoring import CAUSE, PIECE, Outcome, Property, TestResult
from grader.core.text import clean, clean_line

MESSAGE_CHARACTERS = 4_000
VALUE_CHARACTERS = 2_000
DESCRIPTION = pytest.StashKey[str]()  # of each collected test, its `description_of`
LINE = pytest.StashKey[int]()  # of each collected test, its `line_of`
TOLD = (CAUSE, PIECE)  # properties that the suite may give a failed test
EXPLAINED = {Outcome.FAILED, Outcome.ERROR}
TOO_MUCH_MEMORY = (
    "the test ran out of memory with the answers; return arrays of the shapes that the test asks for"
)


@dataclass(frozen=True)
class Attempt:
    """One run of a test: the error of the phase `when`, or None, and the seconds of that phase."""

    error: BaseException | None = None
    when: str = ""
    seconds: float = 0.0


def result_of(item: pytest.Item, attempt: Attempt, explain: Callable[[SubmissionError], str]) -> TestResult:
    """Return the result of the test `item`, which has its DESCRIPTION and LINE.

    A fixture never touches the submission, so an error before or after the test itself is the grader's own.
    """
    error = attempt.error
    outcome, message = _verdict(error, attempt.when, explain)
    return TestResult(
        name=item.name,
        group=group_of(item),
        outcome=outcome,
        description=item.stash[DESCRIPTION],
        message=clean(message, MESSAGE_CHARACTERS),
        expected=_value(error, "expected"),
        actual=_value(error, "actual"),
        hint=_value(error, "hint"),
        seconds=attempt.seconds,
        file=item.nodeid.partition("::")[0],
        line=item.stash[LINE],
        properties=_properties(item),
    )


def add_explanation(item: pytest.Item, error: BaseException, result: TestResult) -> TestResult:
    """Return `result` of the failed test `item` with the suite's explanation.

    An explanation that fails is the grader's mistake: it is logged, and the verdict stays.
    """
    try:
        told: Mapping[str, str] = item.ihook.pytest_explain_failure(item=item, error=error) or {}
    except Exception:  # noqa: BLE001 - a verdict does not depend on its explanation
        sys.stderr.write(f"a failure of {item.nodeid} is not explained:\n{traceback.format_exc()}")
        return result
    message = "\n".join(filter(None, [told.get("message"), getattr(error, "traceback", "")]))
    return replace(
        result,
        message=clean(message, MESSAGE_CHARACTERS) if told.get("message") else result.message,
        hint=clean(told["hint"], VALUE_CHARACTERS) if told.get("hint") else result.hint,
        properties={**result.properties, **{name: told[name] for name in TOLD if told.get(name)}},
    )


def description_of(item: pytest.Item) -> str:
    """Return the docstring of a test, on one line."""
    docstring = getattr(getattr(item, "function", None), "__doc__", None) or ""
    return clean_line(docstring, MESSAGE_CHARACTERS)


def line_of(item: pytest.Item) -> int:
    """Return the line at which a test begins, counted from 0, as pytest does in more time."""
    if isinstance(item, pytest.Function):
        return int(inspect.unwrap(item.function).__code__.co_firstlineno) - 1
    return item.location[1] or 0


def group_of(item: pytest.Item) -> str:
    """Return the name of the class that the test belongs to."""
    return item.parent.name if isinstance(item.parent, pytest.Class) else ""


def _verdict(
    error: BaseException | None, when: str, explain: Callable[[SubmissionError], str]
) -> tuple[Outcome, str]:
    if error is None:
        return Outcome.PASSED, ""
    if when != "call":
        return Outcome.NOT_JUDGED, f"the grader could not judge this test: {type(error).__name__}: {error}"
    if isinstance(error, Unwritten):
        _, _, what = str(error).partition(": ")
        return Outcome.NOT_WRITTEN, f"Not written yet: {what}" if what else "Not written yet."
    if isinstance(error, SubmissionError):
        outcome = Outcome.NOT_RUN if isinstance(error, RunOver) else Outcome.ERROR
        return outcome, f"{explain(error)}\n{error.traceback}".rstrip()
    return _loss(error)


def _loss(error: BaseException) -> tuple[Outcome, str]:
    """Return the verdict on an error that the test raised over the values that it got."""
    if isinstance(error, AssertionError):
        return Outcome.FAILED, str(getattr(error, "problem", error)) or "a check of the test does not hold"
    if isinstance(error, pytest.skip.Exception | pytest.xfail.Exception):
        return Outcome.FAILED, f"the test was skipped, which counts as failed: {error}"
    if isinstance(error, MemoryError):
        return Outcome.ERROR, TOO_MUCH_MEMORY
    return Outcome.ERROR, f"the test could not use the answer: {type(error).__name__}: {error}"


def _value(error: BaseException | None, attribute: str) -> str | None:
    """Return a text that a failed comparison carries, such as `expected`."""
    value = getattr(error, attribute, None) if isinstance(error, AssertionError) else None
    return clean(value, VALUE_CHARACTERS) if isinstance(value, str) else None


def _properties(item: pytest.Item) -> dict[str, Property]:
    """Return the facts that the test recorded, as far as a report can hold them."""
    return {name: value for name, value in item.user_properties if isinstance(value, str | float | int)}
