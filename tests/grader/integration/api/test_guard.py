"""The guards of the API: tokens, rate limits, strict headers, bodies of errors, health, logs."""

import json
import logging
from contextlib import nullcontext
from hashlib import sha256

import pytest
from sqlalchemy.exc import OperationalError

from grader.logs import configure_logs
from grader.store.queue import WorkerInfo
from grader.store.tokens import public_half, revoke_token
from grader.usecases.throttle import SOURCES, Throttle
from tests.grader.support.api import SUBMISSIONS, hand_in, make_service, zipped
from tests.grader.support.problems import problem


@pytest.fixture
def service(store):
    """Return a service without a limit on submissions."""
    return make_service(store, hourly_limit=None)


@pytest.mark.parametrize(
    "header", [None, "Bearer ", "Bearer nonsense", "Basic YTpi", "Bearer grader_0.\u00e9"]
)
def test_without_a_token_nothing_is_told(service, header):
    """401 says how to sign in, and reveals nothing else."""
    headers = {"Authorization": header.encode("latin-1")} if header else {}

    response = service.client().get(SUBMISSIONS, headers=headers)

    assert problem(response) == (401, "not-signed-in")
    assert response.headers["www-authenticate"] == "Bearer"


def test_a_revoked_token_opens_nothing(service):
    """A token works until it is revoked."""
    token = service.token("anna")
    client = service.client()
    client.headers["Authorization"] = f"Bearer {token}"
    before = client.get("/api/v1/me").status_code
    with service.database.write() as session:
        revoke_token(session, public_half(token))

    assert (before, problem(client.get("/api/v1/me"))) == (200, (401, "not-signed-in"))


def test_guessing_locks_out_no_right_token(service):
    """Past the limit wrong tokens are answered 429; the very token that was guessed at still opens."""
    token, other = service.token("anna"), service.token("ben")
    client = service.client()

    def ask(text):
        return client.get("/api/v1/me", headers={"Authorization": f"Bearer {text}"})

    wrong = [ask(f"{token}{number}").status_code for number in range(3)]
    braked = ask(f"{token}3")

    assert wrong == [401, 401, 401]
    assert problem(braked) == (429, "too-many")
    assert int(braked.headers["retry-after"]) > 0
    assert [ask(token).status_code, ask(other).status_code] == [200, 200]


def test_guesses_from_everywhere_fill_no_memory():
    """Wrong tokens from more addresses than are remembered are forgotten, the oldest first."""
    throttle = Throttle(1)

    waits = [throttle.fail(f"10.0.{n >> 8}.{n & 255}") for n in range(SOURCES + 1)]

    assert set(waits) == {0.0}
    assert throttle.fail("10.0.0.0") == 0.0
    assert throttle.fail("10.0.39.16") > 0.0


def test_one_guesser_has_many_addresses_of_one_network():
    """All addresses of an IPv6 network are one source; two IPv4 addresses are two, written either way."""
    throttle = Throttle(2)

    same = [throttle.fail(f"2001:db8:0:1::{n}") > 0 for n in range(3)]
    others = [throttle.fail(each) > 0 for each in ("2001:db8:0:2::1", "192.0.2.1", "::ffff:192.0.2.1")]

    assert same == [False, False, True]
    assert others == [False, False, False]
    assert throttle.fail("192.0.2.1") > 0


def test_every_answer_has_strict_headers(service):
    """Errors and answers alike forbid sniffing, framing, caching and scripts, and carry the request's id."""
    client = service.client("anna")

    for response in (client.get("/api/v1/me"), client.get("/nowhere"), service.client().get(SUBMISSIONS)):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["content-security-policy"].startswith("default-src 'none'")
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/nowhere", (404, "not-found")),
        ("PUT", "/api/v1/submissions", (405, "method-not-allowed")),
        ("GET", "/api/v1/submissions?limit=0", (422, "invalid")),
        ("GET", "/api/v1/submissions?state=lost", (422, "invalid")),
        ("POST", f"/api/v1/submissions/{'0' * 24}/regrade", (422, "invalid")),
    ],
)
def test_every_error_is_a_problem(service, method, path, expected):
    """Whatever goes wrong is answered as problem details."""
    assert problem(service.client("anna").request(method, path)) == expected


def test_a_mistake_of_ours_tells_nothing_of_the_inside(service, monkeypatch):
    """A programming error is 500 without a traceback."""
    monkeypatch.setattr(type(service.queue), "enqueue", lambda *_: 1 / 0)
    client = service.client("anna", raise_server_exceptions=False)

    response = hand_in(client)

    assert problem(response) == (500, "mistake")
    assert "division" not in response.text


def test_a_database_that_is_gone_is_503(service, monkeypatch):
    """Nothing is accepted, and Retry-After says when to come back."""
    client = service.client("anna")

    def gone(*_):
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setattr(type(service.database), "write", gone)
    response = hand_in(client)

    assert problem(response) == (503, "unavailable")
    assert int(response.headers["retry-after"]) > 0


def test_a_disk_that_is_full_is_503_and_nothing_is_kept(service):
    """When SQLite cannot write, the upload is not accepted; when it can again, it is."""
    client = service.client("anna")
    limit = "PRAGMA max_page_count={}"
    with service.database.engine.connect() as connection:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    connections = [service.database.engine.raw_connection() for _ in range(5)]
    for connection in connections:
        connection.execute(limit.format(used))
        connection.close()
    full = hand_in(client, big_zip())
    for connection in [service.database.engine.raw_connection() for _ in range(5)]:
        connection.execute(limit.format(1_000_000))
        connection.close()
    after = hand_in(client, big_zip())

    assert problem(full) == (503, "unavailable")
    assert after.status_code == 202


def big_zip():
    """Return a zip that needs new pages."""
    noise = b"".join(sha256(bytes([n % 256, n // 256])).digest() for n in range(3000)).hex()
    return zipped(**{"data.py": f"x = '{noise}'"})


def test_health_and_metrics_need_no_token(service):
    """Liveness answers always; readiness names the queue; metrics are Prometheus text."""
    client = service.client()
    hand_in(service.client("anna"))

    live, ready, metrics = client.get("/health/live"), client.get("/health/ready"), client.get("/metrics")

    assert live.json() == {"status": "live"}
    assert (ready.json()["status"], ready.json()["waiting"]) == ("no worker", 1)
    assert 'grader_queue_depth{priority="interactive"} 1.0' in metrics.text
    assert 'grader_submissions{state="queued"} 1.0' in metrics.text


@pytest.mark.parametrize("workers", [0, 1])
def test_an_upload_that_nobody_can_grade_is_kept_and_told_so(service, workers):
    """With no worker, or with one whose runner is gone, the answer is 202 and makes no promise of a time."""
    with service.queue.register(WorkerInfo("worker", 0, "docker")) if workers else nullcontext():
        made = hand_in(service.client("anna"))
        ready = service.client().get("/health/ready")

    assert made.status_code == 202
    assert (made.json()["place"], made.json()["estimated_wait_seconds"]) == (1, None)
    assert "No worker can grade now. The submission stays" in made.json()["reason"]
    assert ready.json()["status"] == ["no worker", "no runner"][workers]


def test_the_seconds_of_verdicts_are_a_histogram(service):
    """Each bucket counts the verdicts that took no longer; sum and count are those of all."""
    anna = service.client("anna")
    for number, seconds in enumerate((0.5, 1.5, 40.0, 5_000.0)):
        service.grade(hand_in(anna, zipped(x=str(number))).json()["id"], seconds=seconds)

    lines = service.client().get("/metrics").text.splitlines()

    found = dict(line.rsplit(" ", 1) for line in lines if line.startswith("grader_grade_seconds"))
    bounds = ("1.0", "2.0", "60.0", "+Inf")
    counts = [found[f'grader_grade_seconds_bucket{{le="{bound}"}}'] for bound in bounds]
    assert counts == ["1.0", "2.0", "3.0", "4.0"]
    assert (found["grader_grade_seconds_count"], found["grader_grade_seconds_sum"]) == ("4.0", "5042.0")


def test_logs_hold_no_token_and_no_raw_text(service, capsys):
    """A line has the ids of request and submission; control characters are escaped, tokens are not there."""
    configure_logs()
    token = service.token("anna")
    client = service.client()
    client.headers["Authorization"] = f"Bearer {token}"

    made = hand_in(client).json()["id"]
    client.get(f"{SUBMISSIONS}/%1b[31m{made}")
    logging.getLogger("test").warning("student says %s", "\x1b[31mred\nline", extra={"token": token})

    lines = capsys.readouterr().err.splitlines()
    events = [json.loads(line) for line in lines]
    accepted = next(each for each in events if each["event"] == "accepted")
    assert accepted["submission"] == made
    assert accepted["request"]
    assert not any("\x1b" in line or token in line for line in lines)
