"""Suites that differ: only verdicts of the assignment's own suite are published, and an upgrade rolls."""

from contextlib import closing

import pytest

from grader.store import open_database
from grader.store.submissions import newest_report
from grader.store.tables import Assignment, Submission
from grader.suite.assignment import load_assignment
from tests.grader.support.course import announce_folder
from tests.grader.support.site import Site, hand_in
from tests.grader.support.small_assignments import slow, write_assignment, write_with_data

pytestmark = pytest.mark.slow

OTHER_TEST = """

    def test_more(self):
        '''One and two make three.'''
        assert adapters.add(1, 2) == 3
"""


def change(folder):
    """Add a test to the suite in `folder`, and return the folder."""
    cases = folder / "cases" / "test_cases.py"
    cases.write_text(cases.read_text() + OTHER_TEST)
    return folder


def suite_of(site, submission_id):
    """Return the suite of a submission's verdict, and how many attempts there were."""
    database = open_database(site.database_url)
    with database.read() as session:
        report = newest_report(session, submission_id)
        found = report.suite_sha256, session.get_one(Submission, submission_id).attempt
    database.close()
    return found


@pytest.fixture
def site(tmp_path, database_url):
    """Return a site on which nothing runs yet."""
    with closing(Site(tmp_path, database_url)) as opened:
        yield opened


def worker(site, folder):
    """Start a worker with an assignment's folder of its own."""
    site.environment["GRADER_ASSIGNMENT"] = str(folder)
    return site.start("worker", "--slots", "1")


def test_an_upgrade_rolls(site, tmp_path):
    """A new suite is announced while the old worker grades: the new worker grades all of it."""
    old, new = tmp_path / "assignment", change(write_assignment(tmp_path / "new"))
    site.serve("--no-worker")
    worker(site, old)
    site.wait_for(lambda: site.health().get("slots") == 1)
    anna, ben = site.client(), site.client("ben@example.edu")
    before = hand_in(anna).json()["id"]
    site.wait_until_done(anna, before)
    during = hand_in(anna, adapters=slow(2)).json()["id"]
    site.wait_for(lambda: site.state(during) == "grading")

    announced = open_database(site.database_url)
    announce_folder(announced, new)
    announced.close()
    after = hand_in(ben).json()["id"]
    site.wait_for(lambda: site.health().get("slots") == 0)
    refused = site.health()
    worker(site, new)
    for client, made in ((anna, during), (ben, after)):
        assert site.wait_until_done(client, made)["state"] == "graded"

    sha256 = load_assignment(new).suite_sha256
    assert suite_of(site, before)[0] == load_assignment(old).suite_sha256
    assert [suite_of(site, made) for made in (during, after)] == [(sha256, 2), (sha256, 1)]
    assert any(sha256[:8] in each and "The suite on" in each for each in refused["troubles"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_test_that_is_mended_counts_at_once(site):
    """On one machine a change of the suite is announced by the service itself, and grading goes on."""
    site.serve()
    anna = site.client()
    site.wait_until_done(anna, hand_in(anna).json()["id"])

    folder = change(site.folder / "assignment")
    made = hand_in(anna, note="after").json()["id"]
    done = site.wait_until_done(anna, made)

    assert (done["state"], done["verdict"]["score"]) == ("graded", 5)
    assert suite_of(site, made)[0] == load_assignment(folder).suite_sha256


def test_a_worker_without_the_data_takes_nothing(tmp_path, database_url):
    """Where one worker has the suite's data, one without it says so and leaves the grading to the other."""
    with closing(Site(tmp_path, database_url, write=with_data)) as site:
        bare = write_with_data(tmp_path / "bare")
        site.serve("--no-worker")
        worker(site, tmp_path / "assignment")
        site.wait_for(lambda: site.health().get("slots") == 1)
        worker(site, bare)
        site.wait_for(lambda: site.health().get("workers") == 2)
        anna = site.client()
        made = [hand_in(anna, note=str(number)).json()["id"] for number in range(4)]

        done = [site.wait_until_done(anna, each) for each in made]

        assert {(each["verdict"]["score"], each["verdict"]["bonus"], each["attempt"]) for each in done} == {
            (5, 4, 1)
        }
        assert any("lacks the suite's data" in each for each in site.health()["troubles"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_worker_that_is_refused_leaves_its_processors(tmp_path, database_url):
    """The first worker of a host has another suite; the second one gets the processors of the first."""
    cache = str(tmp_path / "cache")
    with closing(Site(tmp_path, database_url, XDG_CACHE_HOME=cache)) as site:
        site.serve("--no-worker")
        announced = site.environment["GRADER_ASSIGNMENT"]
        site.environment["GRADER_ASSIGNMENT"] = str(change(write_assignment(tmp_path / "other")))
        site.start("worker")
        site.wait_for(lambda: any("The suite on" in each for each in site.health()["troubles"]))
        site.environment["GRADER_ASSIGNMENT"] = announced
        site.start("worker")

        site.wait_for(lambda: site.health()["slots"] > 0)
        anna = site.client()
        done = site.wait_until_done(anna, hand_in(anna).json()["id"])

    assert (done["state"], done["attempt"]) == ("graded", 1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_worker_that_stands_by_is_no_trouble_and_takes_over(tmp_path, database_url):
    """The second worker of a host has no slots until the first one hangs; then it grades."""
    with closing(Site(tmp_path, database_url, XDG_CACHE_HOME=str(tmp_path / "cache"))) as site:
        site.serve("--no-worker")
        first = site.start("worker")
        site.wait_for(lambda: site.health()["slots"] > 0)
        slots = site.health()["slots"]
        site.start("worker")
        site.wait_for(lambda: site.health()["workers"] == 2 and "stands by" in site.log())
        both = site.health()

        site.pause(first)
        anna = site.client()
        done = site.wait_until_done(anna, hand_in(anna).json()["id"])

    assert (both["status"], both["troubles"], both["slots"]) == ("ready", [], slots)
    assert done["state"] == "graded"


def with_data(folder):
    """Write the assignment with a bonus, and the data that the bonus needs."""
    write_with_data(folder)
    (folder / "data").mkdir()
    (folder / "data" / "known").write_text("7")
    return folder


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_bonus_that_no_worker_can_judge_is_our_error(tmp_path, database_url):
    """Without the data anywhere nothing is published as final: three attempts, then staff see why."""
    with closing(Site(tmp_path, database_url, write=write_with_data)) as site:
        site.serve()
        anna, teacher = site.client(), site.client("teacher@example.edu", "instructor")
        made = hand_in(anna).json()["id"]

        done = site.wait_until_done(anna, made)
        seen = teacher.get(f"/api/v1/submissions/{made}").json()

    assert (done["state"], done["verdict"], done["attempt"]) == ("grader_error", None, 3)
    assert "Known sums was not judged" in seen["reason"]


def test_a_worker_without_an_announcement_takes_nothing(site):
    """Before any service has announced a suite no verdict is possible."""
    database = open_database(site.database_url)
    with database.read() as session:
        assert session.query(Assignment).count() == 0
    database.close()

    worker(site, site.folder / "assignment")

    site.wait_for(lambda: "No service announced" in site.log())
