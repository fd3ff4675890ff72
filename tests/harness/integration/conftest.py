"""Runners that this machine lacks: their tests are skipped, with the reason; in CI that is a failure."""

import os
from contextlib import ExitStack
from functools import cache

import pytest

from grader.probe import find_out
from grader.sandbox.choice import every_runner
from grader.sandbox.docker.kind import Docker
from tests.harness.load import busy_loops

KINDS = {kind.name: kind for kind in every_runner(Docker())}


@cache
def why_not(name):
    """Return why the runner of that name cannot be used here, or None."""
    finding = find_out(KINDS[name])
    return None if finding.holds else str(finding)


def pytest_runtest_setup(item):
    """Skip a test that has a runner among its parameters which cannot be used; in CI that is an error."""
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    for name in [getattr(value, "name", value) for value in parameters]:
        if isinstance(name, str) and name in KINDS and (reason := why_not(name)):
            (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


@pytest.fixture
def load():
    """Return a function that keeps so many loops running on this machine until the test ends."""
    with ExitStack() as stack:
        yield lambda number: stack.enter_context(busy_loops(number))
