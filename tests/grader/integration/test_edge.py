"""The edge of the service as it runs: hosts, proxies, slow and idle clients, streams, and the log.

All of it with real sockets against a real process; limits are small by settings.
"""

import json
import re
import socket
import tempfile
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from grader.store import open_database
from grader.store.sign_ins import issue_link
from grader.store.users import find_user
from tests.grader.support.site import SUBMISSIONS, Site, free_port, hand_in

pytestmark = pytest.mark.slow

END_OF_HEAD = b"\r\n\r\n"
CONNECTIONS = 20
HEAD_SECONDS = 1
STREAMS = 2
PUBLIC = "grader.example.edu"
KEY = re.compile(r"[0-9a-f]{12}\.[\w-]{8,}")


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


def connect(site):
    """Return a connection to the service."""
    connection = socket.create_connection(("127.0.0.1", site.port), timeout=30)
    connection.settimeout(30)
    return connection


def ask(site, text):
    """Send bytes; return all that comes back until the service closes."""
    with connect(site) as connection:
        connection.sendall(text.encode() if isinstance(text, str) else text)
        return received(connection)


def received(connection):
    """Return the bytes that arrive until the other end closes."""
    pieces = []
    try:
        while piece := connection.recv(65536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)


def status(answer):
    """Return the status of an answer, None if there is none."""
    return int(answer.split(b" ", 2)[1]) if answer else None


def get(path, host, *headers):
    """Return the text of a request."""
    return "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", *headers, "", ""])


# Hosts


@pytest.mark.parametrize(
    "host",
    [PUBLIC, f"{PUBLIC}:443", "localhost:1", "127.0.0.1", "[::1]:8000", "Alias.Example.edu.", PUBLIC.upper()],
)
def test_the_service_answers_under_its_names(site, host):
    """The host of the public address, this machine's names and those of the setting are right."""
    assert status(ask(site, get("/login", host))) == 200


@pytest.mark.parametrize("path", ["/", "/login", "/health/live", "/api/v1/me", "/metrics"])
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        f"{PUBLIC}.evil.example",
        f"evil.example@{PUBLIC}",
        "",
        "a b",
        "192.0.2.1",
    ],
)
def test_another_host_is_refused(site, path, host):
    """A request that names another host gets no page, and the answer does not repeat the name."""
    answer = ask(site, get(path, host))

    assert status(answer) in {400, 421}
    assert b"evil" not in answer


def test_no_host_and_two_hosts_are_refused(site):
    """HTTP/1.0 may leave the header out, and nobody may send it twice."""
    none = ask(site, "GET /login HTTP/1.0\r\n\r\n")
    two = ask(site, get("/login", PUBLIC, "Host: evil.example"))

    assert status(none) == 421
    assert status(two) == 400


def test_no_answer_repeats_a_forwarded_host(site):
    """Redirects and links do not follow X-Forwarded-Host."""
    answer = ask(site, get("/", PUBLIC, "X-Forwarded-Host: evil.example", "Forwarded: host=evil.example"))

    assert b"location: /login" in answer.lower()
    assert b"evil" not in answer


# Slow and idle clients


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


def upload_head(client, length):
    """Return the head of an upload."""
    return (
        f"POST {SUBMISSIONS} HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: {client.headers['authorization']}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


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


# Streams


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


# Logs


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


# Proxies


@pytest.mark.parametrize(
    ("proxies", "seen"), [("", "127.0.0.1"), ("127.0.0.0/8", "192.0.2.7"), ("localhost", "192.0.2.7")]
)
def test_only_a_named_proxy_is_believed(tmp_path, proxies, seen):
    """The address of a client is the connection's, or the one that a named proxy states."""
    with closing(Site(tmp_path, GRADER_PROXIES=proxies)) as site:
        site.serve("--no-worker")
        ask(
            site,
            get(
                "/api/v1/me",
                "localhost",
                "Authorization: Bearer wrong",
                "X-Forwarded-For: 198.51.100.1, 192.0.2.7",
            ),
        )

        said = [json.loads(line) for line in site.log().splitlines() if '"a wrong token or link"' in line]

    assert [each["address"] for each in said] == [seen]


# The port


def test_a_port_in_use_is_one_sentence(tmp_path):
    """The second service on a port ends with cause, place and next step, before it touches the store."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port := free_port()))
        taken.listen()
        site = Site(tmp_path, GRADER_PORT=str(port))

        assert site.start("serve").wait(60) == 2

    assert site.log() == (
        f"GRADER_HOST='127.0.0.1', GRADER_PORT={port}: the service cannot listen there: address already in "
        "use; stop the program that uses it or set another\n"
    )
    assert not (tmp_path / "data").exists()


# Temporary files


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
