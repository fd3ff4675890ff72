"""Gradings of the sample submissions, shared by the tests of a file."""

from contextlib import closing

import pytest

from grader.sandbox.forking import JAIL
from grader.suite.cache import SuiteCache
from tests.assignment.gradings import Gradings
from tests.assignment.samples import ROOT
from tests.grader.support.needs import pytest_collection_modifyitems, pytest_runtest_setup  # noqa: F401


@pytest.fixture(scope="module")
def gradings(request):
    """Return the gradings of the samples that the selected tests of a file are about."""
    items = [item for item in request.session.items if item.path == request.path]
    repeated = samples_of(items, "all_gradings")
    samples = {**samples_of(items, "first_grading"), **repeated}
    with (
        closing(SuiteCache(ROOT, [JAIL])) as suite_cache,
        closing(Gradings(suite_cache, samples.values(), repeated.keys())) as gradings,
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
