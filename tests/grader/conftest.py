"""Databases of both kinds, fresh for each test, and load."""

import os
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, settings

from grader.store import open_database
from tests.grader.support import postgresql
from tests.grader.support.load import busy_loops
from tests.grader.support.needs import pytest_collection_modifyitems, pytest_runtest_setup  # noqa: F401

# A loaded host makes an example slow, which is no fault of the code.
settings.register_profile("any load", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any load")


@pytest.fixture(scope="session")
def cluster():
    """Return a PostgreSQL server that all tests share."""
    with postgresql.running() as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """Return the URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/service/grader.db"
    return request.getfixturevalue("cluster").emptied_database()


@pytest.fixture
def database(database_url):
    """Return an empty store that is up to date."""
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def load():
    """Return a function that keeps so many loops running for each processor until the test ends."""
    with ExitStack() as stack:
        yield lambda number: stack.enter_context(busy_loops(number * (os.cpu_count() or 1)))
