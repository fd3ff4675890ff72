"""Marks of tests by what they need, and databases of both kinds, fresh for each test."""

import pytest

from grader.store import open_database
from tests.harness import postgresql

NEEDS = {  # of each mark: fixtures and runners
    "postgres": {"cluster", "postgresql"},
    "docker": {"docker", "runsc"},
    "browser": {"chromium"},
    "tool": {"bwrap", "dot"},
    "slow": {"mnist"},  # which trains
}


def pytest_collection_modifyitems(items):
    """Mark tests by the fixtures and runners that they use."""
    for item in items:
        parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
        named = [getattr(value, "name", value) for value in parameters]
        used = {*getattr(item, "fixturenames", ()), *(name for name in named if isinstance(name, str))}
        for mark, names in NEEDS.items():
            if used & names:
                item.add_marker(mark)


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
