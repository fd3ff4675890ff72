"""The command line starts at once: each command imports and starts little, and leaves at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import grader
from grader.cli.head_start import head_start
from tests.grader.support.processes import descendants

HEAVY = ("numpy", "pytest", "sqlalchemy", "fastapi", "docker", "jinja2")


def run(*words, **variables):
    """Return a finished run of Python."""
    environment = {**os.environ, **variables}
    return subprocess.run(
        [sys.executable, *words], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("grade", "--help"), ("serve", "--help")])
def test_help_imports_nothing_heavy(words):
    """No module that takes long to import is imported to show help."""
    done = run("-X", "importtime", "-m", "grader", *words)

    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert done.returncode == 0
    assert "typer" in imported
    assert imported.isdisjoint(HEAVY)


def test_the_version_is_that_of_the_package():
    """`--version` says which version runs."""
    assert run("-m", "grader", "--version").stdout == f"grader {grader.__version__}\n"


def test_a_shell_completes_commands():
    """Bash asks for the words that may follow, and gets the commands that begin so."""
    asked = {"_GRADER_COMPLETE": "complete_bash", "COMP_WORDS": "grader gr", "COMP_CWORD": "1"}
    command = "import sys; sys.argv = ['grader']; from grader.cli import main; main()"

    assert run("-c", command, **asked).stdout.split() == ["grade", "grade-all"]


def test_a_verdict_begins_with_the_suite():
    """The suite's process runs before this one has imported the parser of the command line."""
    command = """
import os, sys
from grader.cli.head_start import head_start
suite = head_start(["grade", "x"], os.environ)
print(suite.process.poll(), "typer" in sys.modules)
suite.abandon()
print(suite.process.poll())
"""
    told = run("-c", command)

    assert told.stdout.split() == ["None", "False", "-9"]


@pytest.mark.parametrize("words", [(), ("serve",), ("--help",), ("grade", "--help"), ("template", "export")])
def test_no_other_command_starts_the_suite(words):
    """Commands that do not grade start no process for it."""
    assert head_start(words, os.environ) is None


def test_a_folder_without_a_rubric_has_no_suite_to_start(tmp_path):
    """A wrong setting is no reason to start; the command explains it."""
    assert head_start(("grade", "x"), {"GRADER_ASSIGNMENT": str(tmp_path)}) is None


def test_a_command_that_is_refused_leaves_no_process(tmp_path):
    """The suite's process ends with a command whose arguments are wrong."""
    done = run("-m", "grader", "grade", str(tmp_path / "nowhere"), GRADER_MARK=str(tmp_path))

    assert done.returncode == 2
    assert not [pid for pid in descendants(1) if str(tmp_path) in environment_of(pid)]


@pytest.mark.parametrize(
    ("work", "told"),
    [("", ["printed", "handled"]), ("threading.Thread(target=work).start()", ["printed", "done", "handled"])],
)
def test_a_command_leaves_as_an_interpreter_does(work, told):
    """Exit handlers run, printed text arrives, and a thread at work is waited for."""
    command = f"""
import atexit, threading, time
from grader.cli.exits import leave

def work():
    time.sleep(0.2)
    print("done")

atexit.register(print, "handled")
{work}
print("printed")
leave(SystemExit(3))
"""
    done = run("-c", command)

    assert (done.returncode, done.stdout.split()) == (3, told)


def environment_of(pid):
    """Return the environment with which a process began, as text; none of one that has ended."""
    try:
        return Path(f"/proc/{pid}/environ").read_text(errors="replace")
    except OSError:
        return ""
