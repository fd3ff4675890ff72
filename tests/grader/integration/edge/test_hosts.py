"""The names under which a service answers, its proxies and its port."""

import json
import socket
from contextlib import closing

import pytest

from tests.grader.support.raw_http import PUBLIC, ask, get, status
from tests.grader.support.site import Site, free_port

pytestmark = pytest.mark.slow


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
