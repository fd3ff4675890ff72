"""The Docker engine is gone while the service runs: uploads are kept, nobody is charged, and it goes on by itself."""

from contextlib import closing

import pytest

from tests.harness.assignment import slow
from tests.harness.cable import Cable
from tests.harness.site import SUBMISSIONS, Site, hand_in

SOCKET = "/var/run/docker.sock"


@pytest.fixture
def cable(tmp_path):
    """Return a cable to the engine, which a test may cut."""
    cable = Cable(tmp_path / "engine", SOCKET)
    yield cable
    cable.cut()


@pytest.fixture
def site(tmp_path, database_url, cable):  # noqa: ARG001 - the site hangs on it
    """Return a site whose worker reaches the engine through the cable."""
    engine = {"DOCKER_HOST": f"unix://{tmp_path}/engine", "GRADER_RUNNER": "docker", "GRADER_POOL": "1"}
    with closing(Site(tmp_path, database_url, **engine)) as opened:
        yield opened


@pytest.mark.parametrize("kind", ["docker"])
def test_an_engine_that_goes_and_comes_back(site, cable, kind):
    """What was being graded and what comes meanwhile is graded afterwards, whole and at no one's cost."""
    site.serve()
    site.wait_for_worker()
    anna = site.client()
    running = hand_in(anna, adapters=slow(2)).json()["id"]
    site.wait_for(lambda: site.state(running) == "grading")

    cable.cut()
    site.wait_for(lambda: site.health()["status"] == "no runner")
    made = hand_in(anna)
    told = [anna.get(f"{SUBMISSIONS}/{each}").json() for each in (running, made.json()["id"])]
    cable.mend()
    done = [site.wait_until_done(anna, each["id"]) for each in told]

    assert made.status_code == 202
    assert [(each["state"], each["estimated_wait_seconds"]) for each in told] == [("queued", None)] * 2
    assert all("This is kept" in each["reason"] for each in told)
    assert [(each["state"], each["verdict"]["score"]) for each in done] == [("graded", 5)] * 2
    assert site.health()["runners"] == [kind]
    assert site.health()["status"] == "ready"


@pytest.mark.parametrize("kind", ["docker"])
def test_an_engine_that_comes_late(site, cable, kind):
    """A service that starts before its engine keeps uploads, and grades them once the engine is there."""
    cable.cut()
    site.serve()
    anna = site.client()

    made = hand_in(anna)
    site.wait_for(lambda: "no Docker engine answers" in site.log())
    status = site.health()["status"]
    cable.mend()
    done = site.wait_until_done(anna, made.json()["id"])

    assert (made.status_code, status) == (202, "no worker")
    assert (done["state"], done["attempt"]) == ("graded", 1)
    assert site.health()["runners"] == [kind]
