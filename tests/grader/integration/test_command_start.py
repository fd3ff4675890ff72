"""The command line starts at once: help, version and completion import nothing that only a verdict needs."""

import os
import subprocess
import sys

import pytest

import grader

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
