"""Streams of events from a running service, and keys that appear in no log."""

import re
from contextlib import ExitStack

import pytest

from grader.store import open_database
from grader.store.sign_ins import issue_link
from grader.store.users import find_user
from tests.grader.support.raw_http import STREAMS, ask
from tests.grader.support.site import SUBMISSIONS, hand_in

pytestmark = pytest.mark.slow

KEY = re.compile(r"[0-9a-f]{12}\.[\w-]{8,}")


def test_streams_of_one_person_are_few(site):
    """The next stream is refused with advice; other people and the page itself are not affected."""
    ben, other = site.client("ben@example.edu"), site.client("carl@example.edu")
    followed = [f"{SUBMISSIONS}/{hand_in(each).json()['id']}/events" for each in (ben, other)]

    with ExitStack() as stack:
        for _ in range(STREAMS):
            assert stack.enter_context(ben.stream("GET", followed[0])).status_code == 200
        refused = ben.get(followed[0])
        foreign = stack.enter_context(other.stream("GET", followed[1])).status_code
        page = ben.get(followed[0].removesuffix("/events"))

    assert (refused.status_code, refused.json()["type"]) == (429, "urn:problem:too-many")
    assert "Close a tab or program" in refused.json()["detail"]
    assert (foreign, page.status_code) == (200, 200)
    site.wait_for(lambda: is_open(ben, followed[0]))


def is_open(client, path):
    """Return whether a stream can be opened."""
    with client.stream("GET", path) as answer:
        return answer.status_code == 200


def test_a_stream_ends_with_the_session(site):
    """A person without access follows no longer, though the submission still waits."""
    fay = site.client("fay@example.edu")
    path = f"{SUBMISSIONS}/{hand_in(fay).json()['id']}/events"

    with fay.stream("GET", path) as answer:
        assert site.start("user", "shut-out", "fay@example.edu").wait(60) == 0
        text = answer.read()  # to its end, or until the client's timeout

    assert b"event: place" in text
    assert fay.get(path).status_code == 401


def test_no_key_is_in_any_log(site):
    """After sign-ins by link, by token and by wrong ones, no key is in the logs."""
    token = site.client("gus@example.edu").headers["authorization"].removeprefix("Bearer ")
    before = len(site.log())
    database = open_database(site.database_url)
    with database.write() as session:
        code = issue_link(session, find_user(session, "gus@example.edu").id)
    database.close()
    anonymous = site.client_with("grader_000000000000.wrongwrongwrong")

    for path in (
        f"/login/{code}",
        f"/x/login/{code}",
        f"/LOGIN/{code}",
        f"//login//{code}",
        f"/{code}",
        f"/x/{code.replace('.', '%2e')}",
        f"/x/{code.replace('.', '%252E')}",
        f"/login?code={code}",
    ):
        anonymous.get(path)
        anonymous.get(f"/login?back=/{token}")
        anonymous.get(f"/api/v1/submissions/{token}")
    entered = anonymous.post(f"/login/{code}")
    wrong = anonymous.post(f"/login/{code}x")
    anonymous.post("/login", data={"token": token + "x"})
    by_token = anonymous.post("/login", data={"token": token})
    ask(site, f"GET /login/{code} HTTP/9.9\r\n\r\n")
    ask(site, f"GET /login/{code} HTTP/1.1\r\nHost: {code}\r\n\r\n")
    cookie = entered.cookies["grader_sign_in"]

    log = site.log()[before:]
    assert (entered.status_code, wrong.status_code // 100, by_token.status_code) == (303, 4, 303)
    assert "/login/[code]" in log
    for key in (code, token, cookie):
        _, _, secret = key.partition(".")
        assert secret[:20] not in log
    assert not KEY.search(log)


def test_metrics_and_audit_hold_no_key(site):
    """Neither the labels of metrics nor the audit's rows have anything of the form of a key."""
    admin = site.client("ada@example.edu", role="admin")

    texts = [admin.get(path).text for path in ("/metrics", "/api/v1/audit")]

    assert not any(KEY.search(text) for text in texts)
