"""The Docker engine is gone while the service runs: uploads are kept, nobody is charged, and it goes on."""

from contextlib import closing

import pytest

from tests.grader.support.cable import Cable
from tests.grader.support.site import SUBMISSIONS, Site, hand_in
from tests.grader.support.small_assignments import slow

SOCKET = "/var/run/docker.sock"

pytestmark = pytest.mark.parametrize("runner", ["docker"])  # which conftest.py looks for on this machine


@pytest.fixture
def cable(tmp_path):
    """Return a cable to the engine, which a test may cut."""
    cable = Cable(tmp_path / "engine", SOCKET)
    yield cable
    cable.cut()


@pytest.fixture
def site(tmp_path, database_url, runner, cable):
    """Return a site whose worker reaches the engine through the cable."""
    engine = {"DOCKER_HOST": f"unix://{cable.path}", "GRADER_POOL": "1", "GRADER_RUNNER": runner}
    with closing(Site(tmp_path, database_url, **engine)) as opened:
        yield opened


def test_an_engine_that_goes_and_comes_back(site, cable):
    """Submissions of before and during the outage are graded afterwards, whole and at no student's cost."""
    site.serve()
    site.wait_for_worker()
    anna = site.client()
    running = hand_in(anna, adapters=slow(1)).json()["id"]
    wait_for_a_test(anna, running)

    cable.cut()
    site.wait_for(lambda: site.health()["status"] == "no runner")
    made = hand_in(anna)
    told = [anna.get(f"{SUBMISSIONS}/{each}").json() for each in (running, made.json()["id"])]
    cable.mend()
    done = [site.wait_until_done(anna, each["id"]) for each in told]

    assert made.status_code == 202
    assert [(each["state"], each["estimated_wait_seconds"]) for each in told] == [("queued", None)] * 2
    assert all("stays in the queue" in each["reason"] for each in told)
    assert [(each["state"], each["verdict"]["score"]) for each in done] == [("graded", 5)] * 2
    assert site.health()["status"] == "ready"


def wait_for_a_test(client, submission_id):
    """Wait until a submission's first test is done."""
    with client.stream("GET", f"{SUBMISSIONS}/{submission_id}/events") as told:
        next(line for line in told.iter_lines() if '"done": 1' in line)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_engine_that_comes_late(site, cable):
    """A service that starts before its engine keeps uploads, and grades them once the engine is there."""
    cable.cut()
    site.serve()
    anna = site.client()

    made = hand_in(anna)
    site.wait_for(lambda: "no Docker engine" in site.log())
    status = site.health()["status"]
    cable.mend()
    done = site.wait_until_done(anna, made.json()["id"])

    assert (made.status_code, status) == (202, "no worker")
    assert (done["state"], done["attempt"]) == ("graded", 1)
