"""Images of code and data, engines and runtimes that are absent, and whole submissions in containers."""

import os
import subprocess
import sys
import time
from contextlib import closing

import pytest

from grader.boundary.errors import Raised
from grader.core.submission import Submission
from grader.pipeline import Grader
from grader.sandbox.docker.kind import Docker
from grader.sandbox.docker.options import DockerOptions
from grader.sandbox.runner import Allowance, SandboxError
from tests.assignment.samples import FOLDER, ROOT, load_sample
from tests.grader.support.containers import OPTIONS, loaded

pytestmark = pytest.mark.docker

SERVICE = "grader"
SOCKET = "/var/run/docker.sock"


@pytest.mark.usefixtures("stored")
def test_a_folder_is_readable_inside(tmp_path):
    """Files of an allowed folder are where its variable says, at any depth, and cannot be changed."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "numbers.txt").write_text("1 2 3")
    runner = OPTIONS(Allowance(folders={"COURSE_DATA": tmp_path}))
    channel = loaded(runner.open())
    place = "import os; place = os.environ['COURSE_DATA'] + '/deep/numbers.txt'"

    found = channel.ask("call", "look", [f"{place}; found = open(place).read()"], {})

    assert found == "1 2 3"
    with pytest.raises(Raised, match=r"OSError|PermissionError"):
        channel.ask("call", "look", [f"{place}; os.chmod(place, 0o666)"], {})
    runner.close()


def test_a_folder_is_stored_once_per_content(stored, tmp_path):
    """A second runner finds the image that the first one made; other contents are another image."""
    (tmp_path / "numbers.txt").write_text(f"made at {time.time()}")
    allowance = Allowance(folders={"COURSE_DATA": tmp_path})
    before = stored()

    for _ in range(2):
        Docker(DockerOptions("grader-sandbox", None, 0))(allowance).close()
    once = stored()
    (tmp_path / "numbers.txt").write_text(f"changed at {time.time()}")
    Docker(DockerOptions("grader-sandbox", None, 0))(allowance).close()

    assert (once - before, stored() - once) == (1, 1)


def test_a_missing_image_says_how_to_build_it():
    """The message names the image and the command."""
    with pytest.raises(SandboxError, match=r"no image no-such-image; .*docker build --target sandbox"):
        Docker(DockerOptions("no-such-image", None, 0))(Allowance())


def test_an_engine_that_does_not_answer_is_told():
    """The message says that it is the engine, and nothing is graded elsewhere instead."""
    done = subprocess.run(
        [sys.executable, "-m", "grader", "grade", "reference", "--runner", "docker", "--without-bonus"],
        env={**os.environ, "DOCKER_HOST": "unix:///nowhere/docker.sock"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "no Docker engine answers" in done.stderr


def test_an_unknown_runtime_is_told():
    """The engine's own words are in the message."""
    runner = Docker(DockerOptions("grader-sandbox", "no-such-runtime", 0))(Allowance())

    with pytest.raises(SandboxError, match="no-such-runtime"):
        runner.open()

    runner.close()


@pytest.mark.parametrize("sample", ["perfect", "crashes", "prints_a_flood"])
def test_a_sample_gets_its_points(sample):
    """Submissions in containers get their exact points; a process that ends is replaced."""
    sample = load_sample(FOLDER / sample)

    with closing(Grader(ROOT, [OPTIONS], with_bonus=False)) as grader:
        report = grader.grade(Submission("sample", sample.files), seed=1)

    assert report.runner == "docker"
    assert report.score.score == sample.score


def test_a_worker_in_a_container_needs_only_the_engines_socket():
    """The service's image grades the reference with nothing of this machine but the socket."""
    command = [
        "docker",
        "run",
        "--rm",
        "--network",
        "none",
        "--user",
        "0",
        "--volume",
        f"{SOCKET}:{SOCKET}",
        SERVICE,
    ]

    done = subprocess.run(
        [*command, "grade", "reference", "--runner", "docker", "--without-bonus"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "104 / 104" in done.stdout
