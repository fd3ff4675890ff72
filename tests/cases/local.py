"""A run on a student's machine: the messages, the time limits and the states that grading has.

conftest.py registers it where the submission runs in this process.
"""

import contextlib
import functools
import signal
import traceback
from pathlib import Path

import pytest

from grader.core.document import parse_document
from grader.core.scoring import Outcome, TestResult
from grader.render.block import Field, block_lines
from grader.render.failure import again, first_line, reason_fields
from tests import adapters
from tests.cases.diagnosis.failure import Explainer, is_own
from tests.cases.pytest_screen import screen_of

SUITE = Path(__file__).parent / "suite.yaml"
OWN_STYLES = {"auto", "short"}  # of --tb; whoever asks for another one gets pytest's own
MOST_FRAMES = 8
FRAME = "  File "
CARETS = "^~ "
MOST_LINES = 10  # of a failure


class TimedOut(BaseException):
    """A test takes too long. No `except Exception` of a submission swallows it."""

    timed_out = True


class Limits:
    """The time limits of a test, as suite.yaml states them."""

    def __init__(self):
        """Read the file."""
        document = parse_document(SUITE.read_text(encoding="utf-8"), SUITE.name)
        self.test_seconds = document.mapping("limits").number("test_seconds")
        self.seconds = document.numbers_by_key("seconds") if "seconds" in document else {}

    def give_adapters_their_own(self):
        """Have the adapters that may take longer than a test run with their own limit."""
        for name, seconds in self.seconds.items():
            adapter = vars(adapters).get(name)  # adapters that cannot be imported have none
            if callable(adapter):
                setattr(adapters, name, _limited(adapter, seconds))

    @contextlib.contextmanager
    def of_a_test(self):
        """Limit the code inside, where the system has an alarm."""
        if not hasattr(signal, "setitimer"):
            yield
            return
        before = signal.signal(signal.SIGALRM, functools.partial(_ring, self.test_seconds))
        signal.setitimer(signal.ITIMER_REAL, self.test_seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def _ring(seconds, *_signal):
    raise TimedOut(f"stopped: no answer within {seconds:g} seconds")


def _limited(adapter, seconds):
    """Return `adapter` with a limit of its own, which does not count against that of the test."""

    @functools.wraps(adapter)
    def limited(*arguments, **options):
        left, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
        handler = signal.signal(signal.SIGALRM, functools.partial(_ring, seconds))
        try:
            return adapter(*arguments, **options)
        finally:
            signal.signal(signal.SIGALRM, handler)
            signal.setitimer(signal.ITIMER_REAL, left)

    return limited if hasattr(signal, "setitimer") else adapter


class LocalRun:
    """A pytest plugin that tells failures as the page does; `generator_of` draws a test's inputs again.

    Other tests that the same run may have are none of its business.
    """

    def __init__(self, generator_of):
        """Read the limits."""
        self._generator_of = generator_of
        self._explainer = Explainer()
        self._told_imports = set()
        self._told_causes = {}  # the name of the first test with each recognised mistake
        self._limits = Limits()
        self._limits.give_adapters_their_own()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        """Run a test of the suite within its time."""
        with self._limits.of_a_test() if is_case(item) else contextlib.nullcontext():
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        """Explain failures in words, and record missing code."""
        if not is_case(item) or call.when != "call" or call.excinfo is None:
            return (yield)
        if call.excinfo.errisinstance(pytest.skip.Exception):
            return (yield)
        error = call.excinfo.value
        explanation = self._explainer.explain(item, self._generator_of(item), error)
        if item.config.getoption("tbstyle") in OWN_STYLES:
            text = self._told_once(item, error, explanation)
            item.repr_failure = lambda _: text  # before pytest writes its own
        report = yield
        report.is_not_written = is_not_written(error)
        if explanation and explanation.cause:
            report.user_properties.append(("cause", explanation.cause))
            report.hint = explanation.hint
        return report

    def _told_once(self, item, error, explanation):
        """Return the failure as text; a second failure by the same import or mistake is short."""
        if isinstance(error, ImportError):
            if str(error) in self._told_imports:
                return "an import failed; the failure above shows its reason"
            self._told_imports.add(str(error))
        cause = explanation.cause if explanation else ""
        name = f"{item.parent.name}.{item.name}"
        first = self._told_causes.setdefault(cause, name) if cause else name
        return told(item, error, explanation, "" if first == name else first)

    def pytest_report_teststatus(self, report):
        """Count missing code separately from failures, and print little."""
        if getattr(report, "is_not_written", False):
            return "not started", "-", "NOT STARTED"
        return None


def is_case(item):
    """Tell whether a test belongs to the suite."""
    return SUITE.parent in item.path.parents


def is_not_written(error):
    """Tell whether a stub of the template, or an adapter that is missing, ended a test."""
    is_missing = isinstance(error, AttributeError) and error.obj is adapters
    return is_missing or isinstance(error, NotImplementedError)


def told(item, error, explanation, first=""):
    """Return a failure as text of at most ten lines, the last of them from the traceback.

    A failure by the same mistake as the test `first` has its reason only, and points there.
    """
    message = explanation.message if explanation else _message(error)
    result = TestResult(
        item.name,
        item.parent.name,
        Outcome.FAILED,
        description=item.function.__doc__ or "",
        message=message,
        expected=_text_of(error, "expected"),
        actual=_text_of(error, "actual"),
        hint=explanation.hint if explanation else _text_of(error, "hint"),
    )
    screen = screen_of(item.config)
    if first:
        fields = [Field("", first_line(result)), Field("see", f"the same mistake as in {first}")]
        return _plain(block_lines(fields, screen, 0, MOST_LINES))
    command = again(f'uv run pytest -k "{result.group} and {item.function.__name__}"')
    fields = [*reason_fields(result), Field("hint", result.hint or ""), command]
    lines = _plain(block_lines(fields, screen, 0, MOST_LINES)).splitlines()
    return "\n".join([*lines, *_last(_frames(error, screen), MOST_LINES - len(lines))])


def _last(frames, most):
    """Return at most `most` of the last lines of a traceback, from the beginning of a frame on."""
    starts = [number for number, line in enumerate(frames) if line.startswith(FRAME)]
    fitting = [number for number in starts if len(frames) - number <= most]
    return frames[min(fitting, default=len(frames)) :]


def _text_of(error, name):
    """Return a text that a failed check carries, or None."""
    value = getattr(error, name, None)
    return value if isinstance(value, str) else None


def _plain(lines):
    return "\n".join(line.plain.rstrip() for line in lines)


def _message(error):
    """Return the message of a failure."""
    if isinstance(error, AssertionError | TimedOut):
        return str(getattr(error, "problem", error)) or "a check of the test does not hold"
    return f"{type(error).__name__}: {error}"


def _frames(error, screen):
    """Return the submission's own part of the traceback, as lines."""
    if isinstance(error, ImportError) and error.__cause__ is not None:
        reason = error.__cause__  # of adapters that cannot be imported
        return [*_frames(reason, screen), *_shown(traceback.format_exception_only(reason), screen)]
    own = [each for each in traceback.extract_tb(error.__traceback__) if is_own(each.filename)]
    return _shown(traceback.format_list(own[-MOST_FRAMES:]), screen)


def _shown(parts, screen):
    """Return the lines of a traceback, cut to the screen."""
    lines = [line for line in "".join(parts).splitlines() if line.strip(CARETS)]
    indents = [line[: len(line) - len(line.lstrip())] for line in lines]
    shown = [indent + screen.text(line) for indent, line in zip(indents, lines, strict=True)]
    return [screen.cut(line, screen.width) for line in shown]
