"""Runs of a small suite against any adapters."""

import tempfile
from contextlib import closing

import pytest

from grader.sandbox.process import ProcessRunner
from grader.suite.messages import SuiteJob
from grader.suite.run import SuiteProcess, ignore
from grader.suite.start import StartedSuite
from tests.grader.support.small_suite import IN_ORDER, write_suite
from tests.grader.support.suite_runs import ALLOWANCE


@pytest.fixture
def root(tmp_path):
    """Return the folder of an assignment with three tests."""
    settings = "deferred: {adapters: [tell]}"
    return write_suite(tmp_path / "assignment", more=settings, test_seconds=10, run_seconds=60)


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Return the folder in which temporary files are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


@pytest.fixture
def grade(root):
    """Return a function that runs the suite on an adapters module and returns the outcome."""

    def grade(source, cases=None, listen=ignore, seed=IN_ORDER, ships=None, **options):
        if cases is not None:
            (root / "cases" / "test_cases.py").write_text(
                f"import os\nimport pytest\nfrom tests import adapters\n{cases}"
            )
        job = SuiteJob({"tests/adapters.py": source.encode(), **(ships or {})}, seed, **options)
        with closing(SuiteProcess(StartedSuite(root))) as suite:
            return suite.run(job, ProcessRunner(ALLOWANCE), listen)

    return grade
