"""A student's own run: it imports as grading does, so that nothing passes here and fails there."""

import shutil
import subprocess
import sys

import pytest

from grader.template.export import export
from tests.assignment.samples import ROOT

SCREEN = 24  # lines of a terminal
SPEED = ("-p", "no:cacheprovider", "-p", "no:xdist")


@pytest.fixture
def project(tmp_path):
    """Return a student's project with the reference's solution in it."""
    export(ROOT, tmp_path / "project")
    shutil.copytree(ROOT / "reference", tmp_path / "project", dirs_exist_ok=True)
    return tmp_path / "project"


def run(project, chosen="TestValueCreation or TestConv2DForward"):
    """Run some tests as a student does; return the output, on one line."""
    command = [sys.executable, "-m", "pytest", "-k", chosen, *SPEED]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=120)
    return " ".join((done.stdout + done.stderr).split())


@pytest.mark.slow
def test_the_first_run_begins_with_the_table(tmp_path):
    """In a new project at most a screen comes before the table, and one after it says where to begin."""
    export(ROOT, tmp_path / "project")
    command = [sys.executable, "-m", "pytest", "-k", "not mnist", "-p", "no:cacheprovider", "-p", "no:xdist"]

    done = subprocess.run(command, cwd=tmp_path / "project", capture_output=True, text=True, check=False)

    before, _, after = done.stdout.partition("= points =")
    assert len(before.splitlines()[:-1]) <= SCREEN
    assert len(after.splitlines()) <= SCREEN
    assert "Next: A Value holds a number (handout, section 2.1)." in " ".join(after.split())


def passes(told):
    """Tell whether a run passed every test, those of the bonus included."""
    return " failed" not in told and "Convolution of images 4 / 4" in told


def prepend(project, path, text):
    """Put text before that of a module."""
    module = project / path
    module.write_text(text + module.read_text())


@pytest.mark.parametrize("text", ["1 / 0\n", "def broken(:\n", "import torch\n", "exit(0)\n"])
def test_a_broken_bonus_costs_the_bonus_only(project, text):
    """The core passes, and the bonus says why it does not."""
    prepend(project, "smulgrad/conv.py", text)

    told = run(project)

    assert "A Value holds a number 2 / 2" in told
    assert "smulgrad.conv cannot be imported" in told
    assert " failed, 6 passed" in told


def test_a_package_that_grading_lacks_is_refused_here_too(project):
    """The template has matplotlib, and the message says where it may be imported."""
    prepend(project, "smulgrad/engine.py", "import matplotlib.pyplot as plt\n")

    told = run(project)

    assert "smulgrad/engine.py line 1 imports matplotlib. Grading has Python's standard library" in told
    assert "Import matplotlib inside a demo or the function that draws." in told
    assert "passed" not in told.rpartition("====")[2]


def test_a_package_inside_a_function_is_fine(project):
    """Code that no test calls may import any module."""
    prepend(project, "smulgrad/engine.py", "def draw():\n    import matplotlib.pyplot\n\n\n")

    assert passes(run(project))


def test_a_src_layout_passes(project):
    """A package below src/ is found."""
    (project / "src").mkdir()
    (project / "smulgrad").rename(project / "src" / "smulgrad")

    assert passes(run(project))


def test_utf16_says_what_to_do(project):
    """The file is named, and the remedy."""
    module = project / "smulgrad" / "engine.py"
    module.write_text(module.read_text(), encoding="utf-16")

    assert "engine.py is UTF-16: save the file as UTF-8" in run(project)


def test_a_file_outside_is_told(project):
    """A file that grading will not have is named with the line that opens it."""
    prepend(project, "smulgrad/engine.py", "open('/etc/passwd').close()\n")

    told = run(project)

    assert "engine.py line 1 opens /etc/passwd, which grading does not have" in told
    assert passes(told)


def test_the_project_pins_the_version_that_grades(project):
    """The template names the minor version of Python that this project is tested with."""
    pinned = (project / ".python-version").read_text().strip()

    assert f'requires-python = "=={pinned}.*"' in (project / "pyproject.toml").read_text()
    assert f"ARG BASE=python:{pinned}-" in (ROOT / "Dockerfile").read_text()
