"""`docker compose up` with the real engine: by default, with more workers, with containers, and its end.

One project is shared and goes from one way of running to the next, as an operator's does. The engine and the
images are made by `bash .ci/docker`; where there is no engine these tests are skipped, never when CI is set.
"""

import os
import re
import sys
from contextlib import closing

import httpx2
import pytest
import yaml

from grader.client import pack
from grader.sandbox.docker.engine import OWNER_LABEL
from tests.assignment.samples import ROOT, read_files
from tests.grader.support.small_assignments import archive
from tests.grader.support.stack import Stack, run

pytestmark = pytest.mark.docker

BASE = "grader-base:bookworm"
COURSE = "autumn"
SLEEPS = "import time\ntime.sleep(2)\n"
TELLS_WHERE = b"\nimport os\nprint('graded in', os.uname().nodename)\n"
SECRETS = ("GRADER_SECRET", "POSTGRES_PASSWORD")


@pytest.fixture(scope="module")
def engine():
    """Make sure that there is a Docker engine, without which there is nothing to test."""
    try:
        missing = run("docker", "version").stderr
    except FileNotFoundError as error:
        missing = str(error)
    if missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no Docker engine: {missing}")


@pytest.fixture(scope="module")
def stack(engine):  # noqa: ARG001 - it must be there
    """Return the project, started with no options, and a course for the tests in it."""
    with closing(Stack(GRADER_SLOTS="1")) as started:
        started.compose("up", "--detach", "--no-build")
        started.wait_for_workers(1, "jail")
        started.grader("course", "create", COURSE, "--no-supersede", "--hourly-limit", "0")
        yield started


@pytest.fixture
def anna(stack):
    """Return a student's connection."""
    token = stack.grader("user", "add", "anna@example.edu", "--course", COURSE, "--print-token")
    with stack.connection(token) as connection:
        yield connection


@pytest.fixture
def reference(tmp_path):
    """Return a folder with the reference, which tells where it runs, without training: that takes long."""
    files = read_files(ROOT / "reference")
    files["tests/adapters.py"] = files["tests/adapters.py"].replace(b"def run_mnist", b"def left_out")
    files["tests/adapters.py"] += TELLS_WHERE
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


# The file


def test_no_secret_is_in_the_file():
    """Whatever is secret comes from the environment, and there is no default for it."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"].values()
    variables = [pair for service in services for pair in service.get("environment", {}).items()]

    stated = {value for name, value in variables if name in SECRETS}
    url = {value for name, value in variables if name == "DATABASE_URL"}

    assert all(value.startswith(("${GRADER_SECRET:?", "${POSTGRES_PASSWORD:?")) for value in stated)
    assert len(stated) == 2
    assert all(value.startswith("postgresql://grader:${POSTGRES_PASSWORD:?") for value in url)


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("secret", SECRETS)
def test_a_missing_secret_stops_the_start(secret):
    """Nothing is started, and the message names the settings that are missing."""
    stack = Stack(**{secret: ""})

    done = stack.compose("up", "--detach", check=False)

    assert done.returncode != 0
    assert f"{secret} is missing, set it in .env" in done.stderr
    assert stack.left() == []


@pytest.mark.usefixtures("engine")
def test_the_images_are_built():
    """One command builds both images, the service's and that of the sandbox."""
    stack = Stack()
    tags = [f"{stack.name}-service", f"{stack.name}-sandbox"]
    stack = Stack(GRADER_IMAGE=tags[0], GRADER_DOCKER_IMAGE=tags[1])

    stack.compose("--profile", "docker", "build", "--build-arg", f"BASE={BASE}")
    built = run("docker", "image", "rm", *tags)

    assert built.returncode == 0, built.stderr


# The service


def test_from_the_first_start_to_a_report(stack):
    """The log names the command that lets the admin in; a new student hands in and reads 104."""
    said = stack.compose("logs", "--no-color", "api").stdout
    link = stack.grader("user", "link", "admin@localhost")
    student = stack.grader("user", "add", "ben@example.edu", "--course", COURSE, "--print-token")
    command = [sys.executable, "-m", "grader", "submit", "reference", "--to", stack.url]

    done = run(*command, cwd=ROOT, env={**os.environ, "GRADER_TOKEN": student})

    assert done.returncode in {0, 1}, done.stderr  # 1 where MNIST is unavailable
    assert "104 / 104" in done.stdout
    assert "runner jail" in done.stdout
    assert stack.who(student)["roles"] == {COURSE: "student"}
    assert "docker compose exec api python -m grader user link admin@localhost" in said
    assert not re.search(r"grader_\S+\.|/login/", said)
    assert httpx2.post(link).status_code == 303


def test_the_worker_is_locked_down(stack):
    """It has no capability and can get none, writes nothing outside its cache, and sees no engine."""
    look = "cat /proc/1/status; touch /opt/grader/left-behind /home/left-behind; ls /var/run/docker.sock"

    seen = stack.compose("exec", "-T", "worker", "sh", "-c", look, check=False)

    status = dict(re.findall(r"^(\w+):\s+(.*)$", seen.stdout, re.MULTILINE))
    assert {int(status[kind], 16) for kind in ("CapPrm", "CapEff", "CapBnd")} == {0}
    assert (status["NoNewPrivs"], status["Uid"].split()[0]) == ("1", "1000")
    assert seen.stderr.count("Read-only file system") == 2
    assert "docker.sock': No such file" in seen.stderr


def test_four_workers_share_the_work(stack, anna):
    """Four workers share submissions that come at once, and none is graded twice."""
    stack.compose("up", "--detach", "--no-build", "--scale", "worker=4")
    stack.wait_for_workers(4, "jail")

    made = [anna.submit(archive(SLEEPS, note=str(n)), None, again=False)["id"] for n in range(8)]
    done = [stack.wait_until_done(anna, each) for each in made]

    graded = [(worker, event["submission"]) for worker, event in stack.events("worker") if published(event)]
    assert [each["attempt"] for each in done] == [1] * 8
    assert sorted(each for _, each in graded if each in made) == sorted(made)
    assert len({worker for worker, each in graded if each in made}) == 4


def published(event):
    """Tell whether a logged event is that of a verdict."""
    return event["event"] == "published"


def test_a_worker_that_is_stopped_finishes_first(stack, anna):
    """A worker that gets SIGTERM finishes the present submission, and ends in good order."""
    stack.compose("up", "--detach", "--no-build", "--scale", "worker=1")
    stack.wait_for_workers(1, "jail")
    made = anna.submit(archive(SLEEPS, note="stopped"), None, again=False)["id"]
    stack.wait_for(lambda: anna.submission(made)["state"] == "grading")
    [worker] = stack.containers("worker")

    stack.compose("stop", "worker")

    stopped = anna.submission(made)
    assert (stopped["state"], stopped["attempt"]) == ("graded", 1)
    assert run("docker", "inspect", "--format", "{{.State.ExitCode}}", worker).stdout.strip() == "0"


def test_each_submission_has_a_container_of_its_own(stack, anna, reference):
    """With the profile `docker` no two submissions meet, and their containers are gone afterwards."""
    stack.compose("--profile", "docker", "up", "--detach", "--no-build", "--scale", "worker=0")
    stack.wait_for_workers(1, "docker")
    reports = []
    for where in ("here", "there"):
        (reference / "tests" / "where.py").write_text(f"print({where!r})\n")
        made = anna.submit(pack(reference).content, None, again=False)["id"]
        stack.wait_until_done(anna, made)
        reports.append(anna.report(made))

    containers = {re.search(r"graded in (\w{12})", report["output"])[1] for report in reports}
    assert [(report["score"], report["runner"]["name"]) for report in reports] == [(104, "docker")] * 2
    assert len(containers) == 2
    assert not [each for each in containers if run("docker", "ps", "-aq", "--filter", f"id={each}").stdout]


# The end of the shared project: nothing stands after this


def test_down_leaves_nothing(stack):
    """No container, no volume and no network is left, and no process of the pool."""
    stack.compose("--profile", "docker", "up", "--detach", "--no-build", "--scale", "worker=0")
    stack.wait_for_workers(1, "docker")
    [worker] = stack.containers("worker-docker")
    pool = ("docker", "ps", "--all", "--quiet", "--filter", f"label={OWNER_LABEL}={worker[:12]}:1")
    stack.wait_for(lambda: run(*pool).stdout)

    stack.close()

    assert stack.left() == []
    assert run(*pool).stdout == ""
