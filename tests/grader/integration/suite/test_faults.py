"""Faults of the suite and of the sandbox: no student is charged for them."""

import textwrap

import pytest

from grader.core.scoring import Outcome
from grader.sandbox.process import PlainProcess, ProcessRunner
from grader.sandbox.runner import SandboxError
from grader.suite.run import SuiteFailed
from tests.grader.support.small_suite import RIGHT
from tests.grader.support.suite_runs import outcomes, replaced

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("when", ["setup", "teardown"])
def test_a_hook_of_the_suite_sees_tests_without_fixtures(root, grade, when):
    """Pytest prepares no test that needs no fixture, unless the suite has a hook of its own for that."""
    with (root / "cases" / "conftest.py").open("a") as file:
        file.write(f"\ndef pytest_runtest_{when}(item):\n    raise RuntimeError(item.name)\n")

    outcome = grade(RIGHT, "class TestA:\n    def test_a(self):\n        pass\n")

    assert outcomes(outcome) == [Outcome.NOT_JUDGED]
    assert "RuntimeError: test_a" in outcome.results[0].message


def test_an_error_of_a_fixture_is_the_graders_fault(grade):
    """A test whose fixture fails is not judged: no student is charged for that."""
    cases = """
        class TestA:
            @pytest.fixture
            def data(self):
                raise RuntimeError("no data")

            def test_a(self, data):
                assert adapters.one() == 1
    """

    outcome = grade(RIGHT, textwrap.dedent(cases))

    assert outcomes(outcome) == [Outcome.NOT_JUDGED]
    assert "no data" in outcome.results[0].message


@pytest.mark.parametrize("method", ["ending", "kill"])
def test_a_sandbox_that_fails_meanwhile_ends_the_run(grade, monkeypatch, method):
    """When it cannot be told how a process ended, or that it is gone, nothing is judged by it."""
    working = getattr(PlainProcess, method)

    def fail(process):
        working(process)
        raise SandboxError("the engine is gone")

    monkeypatch.setattr(PlainProcess, method, fail)

    with pytest.raises(SandboxError, match="the engine is gone"):
        grade(replaced("one", "import os; os._exit(3)"))


def test_a_sandbox_that_cannot_be_opened_ends_the_run(grade, monkeypatch):
    """The reason is the runner's own."""

    def fail(runner):
        raise SandboxError(f"{runner.kind.name} is unavailable")

    monkeypatch.setattr(ProcessRunner, "open", fail)

    with pytest.raises(SandboxError, match="process is unavailable"):
        grade(RIGHT)


def test_a_suite_that_cannot_run_is_the_graders_fault(grade):
    """When pytest cannot collect the cases, the run fails and says why."""
    with pytest.raises(SuiteFailed, match="no_such_module"):
        grade(RIGHT, "import no_such_module\n")
