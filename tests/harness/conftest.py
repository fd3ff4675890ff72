"""Fixtures of the service's tests: databases of both kinds, fresh for each test."""

import pytest

from grader.store import open_database
from tests.harness import postgresql


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
