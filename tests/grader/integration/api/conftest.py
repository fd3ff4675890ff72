"""A service on SQLite and a student's client: the store's own tests cover both kinds of database."""

import pytest

from grader.store import open_database
from tests.grader.support.api import make_service


@pytest.fixture
def store(tmp_path):
    """Return an empty store on SQLite."""
    opened = open_database(f"sqlite:///{tmp_path}/grader.db")
    yield opened
    opened.close()


@pytest.fixture
def service(store):
    """Return a service without limits."""
    return make_service(store, hourly_limit=None, supersede=False)


@pytest.fixture
def anna(service):
    """Return a student's client."""
    return service.client("anna")
