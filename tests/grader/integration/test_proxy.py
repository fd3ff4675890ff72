"""The TLS proxy of docker-compose.yml: its very configuration, run by nginx before a real service."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import closing

import httpx2
import pytest
import yaml

from grader.store import open_database
from grader.store.sign_ins import issue_link
from grader.store.users import find_user
from tests.assignment.samples import ROOT
from tests.grader.support.site import SUBMISSIONS, Site, free_port, hand_in

pytestmark = pytest.mark.slow

KEY = re.compile(r"[0-9a-f]{12}\.[\w-]{8,}")


class Proxy:
    """A running nginx with the configuration of the compose file."""

    def __init__(self, folder, upstream):
        """Lead to the service at `upstream`."""
        folder.mkdir()
        self.folder = folder
        self.port = free_port()
        self.url = f"https://localhost:{self.port}"
        values = {
            "GRADER_UPSTREAM": f"127.0.0.1:{upstream}",
            "GRADER_LISTEN": f"127.0.0.1:{self.port}",
            "GRADER_TLS": str(folder),
            "GRADER_UPLOAD_BYTES": "34603008",
            "NGINX_LOCAL_RESOLVERS": "127.0.0.1",
        }
        template = (ROOT / "deploy" / "proxy.conf.template").read_text()
        config = re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], template)
        (folder / "nginx.conf").write_text(config)
        run = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost")
        names = ("-addext", "subjectAltName=DNS:localhost")
        files = ("-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem")
        subprocess.run(["/usr/bin/openssl", *run, *names, *files], check=True, capture_output=True)
        with (folder / "log").open("w") as log:
            command = [shutil.which("nginx"), "-p", folder, "-c", folder / "nginx.conf", "-g", "daemon off;"]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def log(self):
        """Return the log of nginx."""
        return (self.folder / "log").read_text()

    def client(self, **options):
        """Return a client that trusts the certificate."""
        context = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        return httpx2.Client(base_url=self.url, verify=context, timeout=60, **options)

    def connect(self):
        """Return a connection with TLS."""
        context = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        return context.wrap_socket(plain, server_hostname="localhost")

    def close(self):
        """End nginx."""
        self.process.terminate()
        self.process.wait(30)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return a running service that believes the proxy."""
    if shutil.which("nginx") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no nginx: apt-get install nginx-light")
    with closing(Site(tmp_path_factory.mktemp("proxied"), GRADER_PROXIES="127.0.0.1")) as opened:
        opened.serve("--no-worker")
        yield opened


@pytest.fixture(scope="module")
def proxy(site):
    """Return the proxy before it."""
    with closing(Proxy(site.folder / "proxy", site.port)) as started:
        site.wait_for(lambda: answers(started))
        yield started


def answers(proxy):
    """Tell whether the proxy answers."""
    try:
        with proxy.client() as client:
            return client.get("/health/live").status_code == 200
    except httpx2.HTTPError:
        return False


def test_compose_fills_in_every_variable():
    """Each variable of the template is one that the compose file sets, or that the image makes."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    set_there = {*services["proxy"]["environment"], "NGINX_LOCAL_RESOLVERS"}

    used = set(re.findall(r"\$\{(\w+)\}", (ROOT / "deploy" / "proxy.conf.template").read_text()))

    assert used
    assert used <= set_there


def test_a_sign_in_leaves_no_key_in_the_log_of_the_proxy(site, proxy):
    """After signing in by link, wrong and right, and with keys in odd places, nginx has logged none."""
    site.client("anna@example.edu")
    database = open_database(site.database_url)
    with database.write() as session:
        code = issue_link(session, find_user(session, "anna@example.edu").id)
    database.close()

    with proxy.client() as client:
        statuses = [client.post(f"/login/{each}").status_code for each in (code + "x", code)]
        for path in (
            f"/LOGIN//{code}",
            f"/{code}",
            f"/x/{code.replace('.', '%252E')}",
            f"/x/login/{code}",
            f"/login?code={code}",
            f"/%6cogin/{code}",
        ):
            client.get(path, headers={"Referer": f"{proxy.url}/login/{code}"})
        client.get(f"/login/{code}", headers={"Host": "evil.example"})
        client.get("/", headers={"X-Long": "x" * 20_000, "Cookie": code})

    assert statuses == [401, 303]
    assert "POST /login/[code] 303" in proxy.log()
    assert not KEY.search(proxy.log())
    assert code.partition(".")[2] not in proxy.log() + site.log()


def test_an_unreachable_service_leaves_no_key_either(site):
    """A sign-in while the service is down is 502, and no error line repeats the address."""
    code = "0123456789ab.secretsecretsecret"

    with closing(Proxy(site.folder / "alone", free_port())) as alone:
        site.wait_for(lambda: "502" in alone.log() or is_502(alone))
        with alone.client() as client:
            status = client.get(f"/login/{code}").status_code
        log = alone.log()

    assert status == 502
    assert not KEY.search(log)


def is_502(proxy):
    """Tell whether the proxy answers that there is no service."""
    try:
        with proxy.client() as client:
            return client.get("/").status_code == 502
    except httpx2.HTTPError:
        return False


def test_the_client_cannot_choose_its_address(site, proxy):
    """The proxy replaces the address that a client states by the real one."""
    with proxy.client() as client:
        client.get("/api/v1/me", headers={"Authorization": "Bearer wrong", "X-Forwarded-For": "192.0.2.9"})

    assert '"address": "127.0.0.1"' in site.log()
    assert "192.0.2.9" not in site.log()


def test_hosts_and_metrics(proxy):
    """A wrong host is refused behind the proxy as well, and metrics are not for everybody."""
    with proxy.client() as client:
        assert client.get("/login", headers={"Host": "evil.example"}).status_code == 421
        assert client.get("/metrics").status_code == 404
        assert client.post("/login", data={"token": "wrong"}).status_code == 401
        assert "max-age" in client.get("/login").headers["strict-transport-security"]


def test_events_come_at_once(site, proxy):
    """A stream of events is not kept back until it ends."""
    ben = site.client("ben@example.edu")
    path = f"{SUBMISSIONS}/{hand_in(ben).json()['id']}/events"

    with proxy.client(headers=dict(ben.headers)) as client, client.stream("GET", path) as answer:
        first = next(answer.iter_text())

    assert "event: " in first


def test_slow_clients_do_not_reach_the_service(site, proxy):
    """A head that drips is ended, and a body that drips stays with the proxy."""
    carl = site.client("carl@example.edu")
    before = len(site.log())
    body = (
        f"POST {SUBMISSIONS} HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: {carl.headers['authorization']}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n--b"
    )

    with proxy.connect() as head, proxy.connect() as slow:
        slow.sendall(body.encode())
        head.sendall(b"GET / HTTP/1.1\r\n")
        began = time.monotonic()
        ended = head.recv(1000)
        waited = time.monotonic() - began

    assert ended == b"" or b"408" in ended
    assert waited < 60
    assert "POST" not in site.log()[before:]
