"""A running service with small limits."""

from contextlib import closing

import pytest

from tests.grader.support.raw_http import CONNECTIONS, HEAD_SECONDS, PUBLIC, STREAMS
from tests.grader.support.site import Site


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return a running service without a worker, with small limits."""
    limits = {
        "GRADER_CONNECTIONS": str(CONNECTIONS),
        "GRADER_HEAD_SECONDS": str(HEAD_SECONDS),
        "GRADER_BODY_SECONDS": "1",
        "GRADER_STREAMS": str(STREAMS),
        "GRADER_TOKEN_FAILURES": "3",
        "GRADER_PUBLIC_URL": f"https://{PUBLIC}",
        "GRADER_HOSTS": "alias.example.edu",
    }
    with closing(Site(tmp_path_factory.mktemp("edge"), **limits)) as opened:
        opened.serve("--no-worker")
        yield opened
