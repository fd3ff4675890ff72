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
from tests import adapters
from tests.cases.diagnosis.failure import Explainer, is_own

SUITE = Path(__file__).parent / "suite.yaml"
OWN_STYLES = {"auto", "short"}  # of --tb; whoever asks for another one gets pytest's own
MOST_FRAMES = 8


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
        """Return the failure as text; only the first one shows why an import failed."""
        if isinstance(error, ImportError):
            if str(error) in self._told_imports:
                return "an import failed; the failure above shows its reason"
            self._told_imports.add(str(error))
        return told(item, error, explanation)

    def pytest_report_teststatus(self, report):
        """Count missing code separately from failures, and print little."""
        if getattr(report, "is_not_written", False):
            return "not written", "-", "NOT WRITTEN"
        return None


def is_case(item):
    """Tell whether a test belongs to the suite."""
    return SUITE.parent in item.path.parents


def is_not_written(error):
    """Tell whether a stub of the template, or an adapter that is missing, ended a test."""
    is_missing = isinstance(error, AttributeError) and error.obj is adapters
    return is_missing or isinstance(error, NotImplementedError)


def told(item, error, explanation):
    """Return a failure as text: the test's sentence, the fault, both values, a hint, the own frames."""
    message = explanation.message if explanation else _message(error)
    hint = explanation.hint if explanation else getattr(error, "hint", None)
    values = [
        f"{word}{_indented(getattr(error, name))}"
        for name, word in (("expected", "expected: "), ("actual", "actual:   "))
        if isinstance(getattr(error, name, None), str)
    ]
    lines = [item.function.__doc__ or "", "", message, *values, *([f"hint:     {hint}"] if hint else [])]
    return "\n".join([*lines, *_frames(error)])


def _message(error):
    """Return the message of a failure."""
    if isinstance(error, AssertionError | TimedOut):
        return str(getattr(error, "problem", error)) or "a check of the test does not hold"
    return f"{type(error).__name__}: {error}"


def _frames(error):
    """Return the submission's own part of the traceback, as lines."""
    if isinstance(error, ImportError) and error.__cause__ is not None:
        reason = error.__cause__  # of adapters that cannot be imported
        return [*_frames(reason), *"".join(traceback.format_exception_only(reason)).splitlines()]
    own = [each for each in traceback.extract_tb(error.__traceback__) if is_own(each.filename)]
    return [line.rstrip() for line in traceback.format_list(own[-MOST_FRAMES:])]


def _indented(text):
    return text.replace("\n", "\n          ")
