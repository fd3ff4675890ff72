"""An operator with an empty folder."""

import pytest

from tests.grader.support.operator import Operator


@pytest.fixture
def operator(tmp_path):
    """Return an operator with an empty folder."""
    return Operator(tmp_path)
