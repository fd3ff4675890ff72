"""Clients that are slow, idle, endless or gone, against a running service with small limits."""

import re
import tempfile
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from tests.grader.support.raw_http import (
    CONNECTIONS,
    END_OF_HEAD,
    HEAD_SECONDS,
    ask,
    connect,
    get,
    received,
    status,
    upload_head,
)
from tests.grader.support.site import SUBMISSIONS, Site, hand_in

pytestmark = pytest.mark.slow


def test_a_head_that_drips_is_ended(site):
    """A client that sends a header now and then is answered 408, within the time of a head."""
    with connect(site) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\n")
        began = time.monotonic()
        for number in range(100):
            try:
                slow.sendall(f"X-{number}: 1\r\n".encode())
            except OSError:
                break
            time.sleep(0.1)
            if time.monotonic() - began > 2 * HEAD_SECONDS + 3:
                break
        answer = received(slow)

    assert status(answer) == 408


def test_a_body_that_drips_is_ended_and_leaves_nothing(site):
    """An upload that comes byte by byte is ended; there is no submission and no traceback."""
    anna = site.client()
    before = len(site.log())
    head = upload_head(anna, length=100_000)

    with connect(site) as slow:
        slow.sendall(head + b"--b\r\n")
        for _ in range(60):
            try:
                slow.sendall(b"x")
            except OSError:
                break
            time.sleep(0.1)
        answer = received(slow)

    assert status(answer) == 408
    assert anna.get(SUBMISSIONS).json()["submissions"] == []
    assert "Traceback" not in site.log()[before:]


def test_a_slow_but_steady_body_is_accepted(site):
    """An upload that keeps its pace may take longer than the limit of a pause."""
    dora = site.client("dora@example.edu")
    request = dora.build_request("POST", SUBMISSIONS, files={"archive": ("a.zip", b"x" * 8_000)})
    body = request.read()

    with connect(site) as steady:
        steady.sendall(
            upload_head(dora, len(body)).replace(
                b"=b\r", request.headers["content-type"][29:].encode() + b"\r"
            )
        )
        for at in range(0, len(body), 1_000):
            steady.sendall(body[at : at + 1_000])
            time.sleep(0.25)
        answer = steady.recv(65536)

    assert status(answer) == 422
    assert b"not-a-zip" in answer


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET / HT", b"GET /login HTTP/1.1\r\nHost: localhost" + END_OF_HEAD],
    ids=["nothing", "a piece", "kept alive"],
)
def test_idle_connections_keep_nobody_out(site, sent):
    """Many times as many idle connections as there may be leave room for those who ask."""
    with ExitStack() as stack:
        idle = [stack.enter_context(connect(site)) for _ in range(5 * CONNECTIONS)]
        for each in idle:
            with suppress(OSError):  # it may have made room already
                each.sendall(sent)
                if sent.endswith(END_OF_HEAD):
                    each.recv(1)  # with its answer the connection becomes idle
        answers = [status(ask(site, get("/login", "localhost"))) for _ in range(5)]

    assert answers == [200] * 5


def test_an_idle_connection_ends_by_itself(site):
    """A connection on which nothing comes is closed."""
    with connect(site) as idle:
        assert b"200" not in received(idle)


def test_a_head_may_not_be_endless(site):
    """A head beyond 16 KiB is refused, or its connection is closed under it."""
    answer = ask(site, get("/login", "localhost", *[f"X-{n}: {'x' * 500}" for n in range(4_000)]))

    assert status(answer) in {400, None}


def test_an_upload_that_is_aborted_is_no_error(site):
    """A client that closes in the middle of an upload leaves no traceback, no submission and no attempt."""
    ella = site.client("ella@example.edu")
    before = len(site.log())

    for _ in range(3):
        with connect(site) as gone:
            gone.sendall(
                upload_head(ella, 2_000_000)
                + b"--b\r\nContent-Disposition: form-data; name=archive; filename=a.zip\r\n\r\n"
                + b"x" * 1_500_000
            )
    made = hand_in(ella)

    site.wait_for(lambda: site.log()[before:].count('"status": 499') == 3)
    assert made.status_code == 202
    assert len(ella.get(SUBMISSIONS).json()["submissions"]) == 1
    assert not re.search("Traceback|error", site.log()[before:])


@pytest.fixture
def temporary():
    """Return a folder for temporary files whose name is short, as Python puts sockets below it."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def test_nothing_is_left_in_the_temporary_folder_after_kill_9(tmp_path, temporary):
    """An upload has no name on the disk, and the worker removes leftovers of the server."""
    with closing(Site(tmp_path, TMPDIR=str(temporary))) as site:
        served = site.serve()
        site.wait_for_worker()
        anna = site.client()
        with connect(site) as half:
            part = b"--b\r\nContent-Disposition: form-data; name=archive; filename=a.zip\r\n\r\n"
            half.sendall(upload_head(anna, 3_000_000) + part + b"x" * 2_500_000)
            files = [
                path for path in temporary.rglob("*") if path.is_file() and path.stat().st_size > 1_000_000
            ]
            served.kill()
            served.wait(30)

        site.wait_for(lambda: not list(temporary.glob("pymp-*")))

    assert files == []
    assert [path for path in temporary.rglob("*") if path.is_file()] == []
