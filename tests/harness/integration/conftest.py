"""Runners, load and samples for these tests.

A test in a runner that this machine lacks is skipped, with the reason; in CI that is a failure.
"""

import os
from contextlib import ExitStack, closing
from functools import cache

import pytest

from grader.probe import find_out
from grader.sandbox.choice import every_runner
from grader.sandbox.docker.kind import Docker
from grader.sandbox.forking import JAIL
from grader.suite.standby import Standby
from tests.harness.gradings import Gradings
from tests.harness.load import busy_loops
from tests.harness.samples import ROOT

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
    """Return a function that keeps so many loops running for each processor until the test ends."""
    with ExitStack() as stack:
        yield lambda number: stack.enter_context(busy_loops(number * (os.cpu_count() or 1)))


@pytest.fixture(scope="module")
def gradings(request):
    """Return the gradings of the samples that the selected tests of a file are about."""
    items = [item for item in request.session.items if item.path == request.path]
    repeated = samples_of(items, "all_gradings")
    samples = {**samples_of(items, "first_grading"), **repeated}
    with (
        closing(Standby(ROOT, [JAIL])) as standby,
        closing(Gradings(standby, samples.values(), repeated.keys())) as gradings,
    ):
        yield gradings


def samples_of(items, fixture):
    """Return the samples, by name, of the tests that use `fixture`."""
    chosen = [item.callspec.params["sample"] for item in items if fixture in item.fixturenames]
    return {sample.name: sample for sample in chosen}


@pytest.fixture
def first_grading(gradings, sample):
    """Return the first grading of a sample."""
    return gradings.first(sample)


@pytest.fixture
def all_gradings(gradings, sample):
    """Return all gradings of a sample, the first one first."""
    return [gradings.first(sample), *gradings.others(sample)]
