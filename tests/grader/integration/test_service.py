"""The service as people run it: start, hand in, watch, read, stop; files and permissions."""

import ctypes
import json
import os
import pty
import signal
import stat
import sys
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select

from grader.store import open_database
from grader.store.places import stored_places
from grader.store.tables import LoginLinkRow, TokenRow
from tests.grader.support.processes import are_over, descendants
from tests.grader.support.site import Site, hand_in
from tests.grader.support.small_assignments import slow

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """Return a site on SQLite on which the service runs, for tests that leave it running."""
    opened = Site(tmp_path_factory.mktemp("running"))
    opened.serve()
    yield opened
    opened.close()


def test_an_upload_becomes_a_graded_report(running):
    """One command makes a service; a submission gets its points, and its report names the runner."""
    anna = running.client()

    made = hand_in(anna)
    done = running.wait_until_done(anna, made.json()["id"])

    assert made.status_code == 202
    assert (done["state"], done["verdict"]["score"]) == ("graded", 5)
    report = anna.get(done["links"]["report"]).json()
    assert report["runner"]["name"] == "process"
    assert report["submission"]["sha256"] == done["sha256"]
    assert running.health()["runners"] == ["process"]


MISTAKEN = """engine
def add(a, b):
    if a > 9:
        return a - b
    return a + b
"""


def test_a_failed_check_gets_its_place_after_the_verdict(running):
    """When nobody waits, the worker names the line; verdict and report are the same as before."""
    anna = running.client()
    made = hand_in(anna, adapters="from note import add\n", note=MISTAKEN).json()
    done = running.wait_until_done(anna, made["id"])
    report = anna.get(done["links"]["report"]).text

    with closing(open_database(running.database_url)) as database:

        def stored():
            with database.read() as session:
                return stored_places(session, made["id"], 1)

        document = json.loads(running.wait_for(stored))

    (place,) = document["places"]
    assert (place["file"], place["line"], place["source"]) == ("note.py", 4, "return a - b")
    assert anna.get(done["links"]["report"]).text == report
    assert running.wait_until_done(anna, made["id"])["verdict"] == done["verdict"]


def test_a_first_start_creates_what_only_its_owner_may_read(running):
    """Database and secret are the owner's alone."""
    files = [path for path in (running.folder / "data").iterdir() if path.is_file()]

    assert {path.name for path in files} >= {"grader.db"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_first_start_writes_no_secret_to_a_log(running):
    """The log names the command that prints a link; no link and no token was made."""
    database = open_database(running.database_url)
    with database.read() as session:
        made = [session.scalars(select(table)).all() for table in (LoginLinkRow, TokenRow)]
    database.close()

    assert "docker compose exec api python -m grader user link admin@localhost" in running.log()
    assert "/login/" not in running.log()
    assert made[0] == []
    assert all(token.label == "test" for token in made[1])


def test_a_first_start_on_a_terminal_prints_a_link(tmp_path):
    """A person who starts the service at a terminal follows the link and is the admin."""
    reader, terminal = pty.openpty()
    with closing(Site(tmp_path)) as site, os.fdopen(reader) as shown, os.fdopen(terminal, "w") as stdout:
        site.serve("--no-worker", stdout=stdout)

        link = next(line.strip() for line in shown if "/login/" in line)

        entered = httpx2.post(link)
    assert entered.status_code == 303


def test_the_same_bytes_from_two_students_get_the_same_report(running):
    """Times and ids aside, a report depends on the bytes alone."""
    reports = []
    for name in ("carl", "dora"):
        client = running.client(f"{name}@example.edu")
        done = running.wait_until_done(client, hand_in(client, note="same").json()["id"])
        reports.append(client.get(done["links"]["report"]).json())

    assert comparable(reports[0]) == comparable(reports[1])
    assert reports[0]["seed_id"] == reports[1]["seed_id"]


def comparable(value):
    """Return a report without its times."""
    if isinstance(value, dict):
        return {
            k: comparable(v) for k, v in value.items() if k not in {"seconds", "started_at", "received_at"}
        }
    return [comparable(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("patience", "seconds", "number", "state"),
    [("30", 0.5, signal.SIGTERM, "graded"), ("0.5", 50, signal.SIGINT, "queued")],
    ids=["what ends in time is graded", "what does not is handed back"],
)
def test_a_graceful_stop(tmp_path, patience, seconds, number, state):
    """A stop takes no new work; running grades end, or are queued again, and no process is left."""
    with closing(Site(tmp_path, GRADER_STOP_SECONDS=patience)) as site:
        served = site.serve()
        made = hand_in(site.client(), adapters=slow(seconds)).json()["id"]
        site.wait_for(lambda: site.state(made) == "grading")
        below = descendants(served.pid)

        served.send_signal(number)

        assert served.wait(60) == 0, site.log()
        assert are_over(below)
        assert site.state(made) == state


@pytest.mark.skipif(sys.platform != "linux", reason="sends a signal to one thread")
def test_a_worker_stops_whichever_thread_gets_the_signal(tmp_path):
    """The kernel gives a signal to any thread, as when a stopped process goes on; the worker ends even so."""
    with closing(Site(tmp_path)) as site:
        site.serve("--no-worker")
        worker = site.start("worker")
        site.wait_for_worker()
        threads = {int(task.name) for task in Path(f"/proc/{worker.pid}/task").iterdir()}

        ctypes.CDLL(None).tgkill(worker.pid, min(threads - {worker.pid}), signal.SIGTERM)

        assert worker.wait(60) == 0


def test_a_wrong_setting_stops_the_start(tmp_path):
    """The command ends at once with the status of a usage error, and names key and value."""
    site = Site(tmp_path, GRADER_PORT="eighty")

    assert site.start("serve").wait(60) == 2
    assert site.log().startswith("GRADER_PORT='eighty': ")
