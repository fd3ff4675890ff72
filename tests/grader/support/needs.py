"""The needs of tests: marks for them; without a runner a skip with the reason, and in CI a failure."""

import os
from functools import cache

import pytest

from grader.probe import check_runner
from grader.sandbox.docker.kind import Docker
from grader.sandbox.runner_choice import every_runner

NEEDS = {  # of each mark: fixtures and runners
    "postgres": {"cluster", "postgresql"},
    "docker": {"docker", "runsc"},
    "browser": {"chromium"},
    "tool": {"bwrap", "dot"},
    "slow": {"mnist"},  # which trains
}
KINDS = {kind.name: kind for kind in every_runner(Docker())}


def pytest_collection_modifyitems(items):
    """Mark tests by the fixtures and runners that they use, and put the slow ones first.

    Where several processes share the files, a slow file that begins last would leave the others idle.
    """
    for item in items:
        used = {*getattr(item, "fixturenames", ()), *names_among_parameters(item)}
        for mark, names in NEEDS.items():
            if used & names:
                item.add_marker(mark)
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_runtest_setup(item):
    """Skip a test that has a runner among its parameters which cannot be used; in CI that is an error."""
    for name in names_among_parameters(item):
        if name in KINDS and (reason := why_not(name)):
            (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


def names_among_parameters(item):
    """Return the strings and the names of runners among the parameters of a test."""
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    named = [getattr(value, "name", value) for value in parameters]
    return [name for name in named if isinstance(name, str)]


@cache
def why_not(name):
    """Return why the runner of that name cannot be used here, or None."""
    finding = check_runner(KINDS[name])
    return None if finding.is_usable else str(finding)
