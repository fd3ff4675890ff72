"""Fixtures of several files: a course in the store, and its queue."""

import pytest

from grader.store.queue import open_queue
from tests.grader.support.course import make_course


@pytest.fixture
def course(database):
    """Return a course without limits."""
    return make_course(database, hourly_limit=None)


@pytest.fixture
def queue(database):
    """Return the queue of the database."""
    return open_queue(database)
