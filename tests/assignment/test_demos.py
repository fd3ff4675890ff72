"""The demos train for real, through the adapters, and leave pictures where there is no display."""

import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib.image import imread

from grader.template import export
from tests.cases.demo_mlp import PIXELS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
HEADLESS = {"DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND"}
ARGUMENTS = {
    "mlp": ("--steps", "60", "--hidden", "8"),
    "mnist": ("--epochs", "1", "--hidden", "16", "--images", "4000"),
}
PICTURES = {
    "mlp": {"demo_mlp"},
    "mnist": {f"demo_mnist_{name}" for name in ("digits", "training", "predictions", "right_and_wrong")},
}
LEAST_WIDTH = 1_000  # pixels


def run_demo(name, *arguments, project=ROOT, folder=None):
    """Run the demo `name` of a project, in `folder`, on a machine without a display."""
    environment = {key: value for key, value in os.environ.items() if key not in HEADLESS}
    command = [sys.executable, project / "tests" / "cases" / f"demo_{name}.py", *arguments]
    return subprocess.run(
        command,
        cwd=folder or project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def losses_of(run):
    """Return the first and the last loss that the summary tells."""
    told = re.search(r"^ *loss +([\d.]+) -> ([\d.]+)", run.stdout, re.MULTILINE)
    assert told, run.stdout + run.stderr
    return tuple(map(float, told.groups()))


def accuracies_of(run):
    """Return the last accuracy of the progress, and that of the summary."""
    shown = re.findall(r"accuracy +([\d.]+%)", run.stdout)
    return shown[-2], shown[-1]


def is_drawn(path):
    """Tell whether a PNG file is of a fair size and not all of one colour."""
    pixels = imread(path)
    return pixels.shape[1] > LEAST_WIDTH and pixels.std() > 0.05


@pytest.fixture
def student_project(tmp_path):
    """Return an exported project, in which nothing is written yet."""
    export(ROOT, tmp_path / "project")
    return tmp_path / "project"


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_demo_shows_the_reference_learn(tmp_path, name):
    """At the root a demo trains the reference: the loss falls, and every picture is written and told."""
    run = run_demo(name, "--headless", tmp_path, *ARGUMENTS[name])

    first, last = losses_of(run)
    assert last < 0.9 * first
    assert {path.stem for path in tmp_path.iterdir()} == PICTURES[name]
    assert all(is_drawn(path) and path.name in run.stdout for path in tmp_path.iterdir())
    assert (run.returncode, run.stderr) == (0, "")


def test_the_summary_has_the_accuracy_of_the_last_step(tmp_path):
    """The terminal tells one accuracy at the end, measured on all test digits."""
    run = run_demo("mnist", "--headless", tmp_path, *ARGUMENTS["mnist"])

    last, summary = accuracies_of(run)

    assert last == summary
    assert f"{summary} of 10,000 test digits" in run.stdout


def test_the_boundary_moves_in_the_terminal(tmp_path):
    """Where output goes to a terminal, over ssh for example, the plane is drawn there again and again."""
    command = [
        sys.executable,
        ROOT / "tests" / "cases" / "demo_mlp.py",
        "--headless",
        tmp_path,
        *ARGUMENTS["mlp"],
    ]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)

    shown = read_all(ours).decode()

    assert process.wait(120) == 0
    assert shown.count("\N{UPPER HALF BLOCK}") > 2 * PIXELS * PIXELS // 2, "it is drawn once at most"
    assert "accuracy" in shown


def read_all(descriptor):
    """Return the text written to the other end of a terminal until its last writer is gone."""
    pieces = []
    while True:
        try:
            pieces.append(os.read(descriptor, 65_536))
        except OSError:  # what Linux answers when nobody can write any more
            os.close(descriptor)
            return b"".join(pieces)


def test_pictures_go_to_the_current_folder_without_a_display(tmp_path):
    """Where no window can be opened the demo says where its picture is, without being asked for one."""
    run = run_demo("mlp", *ARGUMENTS["mlp"], folder=tmp_path)

    assert "demo_pictures/demo_mlp.png" in run.stdout
    assert is_drawn(tmp_path / "demo_pictures" / "demo_mlp.png")


def test_another_project_is_shown(tmp_path):
    """With --submission the demo trains the network of that project."""
    layout = ROOT / "tests" / "assignment" / "submissions" / "other_layout"

    run = run_demo("mlp", "--headless", tmp_path, "--submission", layout, *ARGUMENTS["mlp"])

    first, last = losses_of(run)
    assert last < first


def test_a_student_sees_their_own_network(student_project):
    """In a student's project the demo trains the student's own network."""
    for path in ("arrays.py", "rules.py", "node.py", "engine.py", "nn.py"):
        shutil.copy(ROOT / "reference" / "smulgrad" / path, student_project / "smulgrad" / path)
    shutil.copy(ROOT / "reference" / "tests" / "adapters.py", student_project / "tests" / "adapters.py")
    adapters = student_project / "tests" / "adapters.py"
    kept = [
        line
        for line in adapters.read_text().splitlines()
        if not re.match("from .*(mnist|adam|conv|drawing)", line)
    ]
    adapters.write_text("\n".join(kept).replace("return MLP(", "print('my network')\n    return MLP("))

    run = run_demo("mlp", *ARGUMENTS["mlp"], project=student_project)

    assert "my network" in run.stdout
    assert losses_of(run)[1] < losses_of(run)[0]


@pytest.mark.parametrize("name", ARGUMENTS)
def test_an_unfinished_project_is_told_what_is_missing(student_project, name):
    """Before the network is written the demo names the missing part in one line, without a traceback."""
    run = run_demo(name, project=student_project)

    assert run.returncode == 1
    assert re.fullmatch(r"The demo needs .*: create_mlp: .*\n", run.stderr)


def test_a_folder_without_adapters_is_refused(tmp_path):
    """The message about a --submission that is no project names its path."""
    run = run_demo("mlp", "--submission", tmp_path)

    assert run.returncode == 1
    assert str(tmp_path) in run.stderr
    assert "Traceback" not in run.stderr


def test_demos_are_no_tests():
    """Pytest collects nothing from the demos."""
    command = [sys.executable, "-m", "pytest", "tests/cases", "-n0", "--collect-only", "-q", "-k", "demo"]

    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == pytest.ExitCode.NO_TESTS_COLLECTED
