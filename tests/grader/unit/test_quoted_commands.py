"""Every command that README, docs and templates quote exists, with its options and its files."""

import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from typer.main import get_command

from grader.cli.main import app
from tests.assignment.samples import ROOT

PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("student_template/*.md")]
    if path.name != "CHANGELOG.md"  # which quotes commands of earlier versions
)
BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^    (.+)$", re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")
BEFORE = re.compile(  # what may stand before the program: variables, uv, a container, an interpreter
    r"^(?:\w+=\S+ +)*(?:\S*uv run +(?:--group \w+ +|--\w+ +)*)?"
    r"(?:docker compose (?:exec|run) (?:--\S+ +)*\S+ +)?(?:python -m +)?"
)


def quoted():
    """Return (page, words) of each command of ours that is quoted."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        blocks = "".join(BLOCK.findall(text)).splitlines()
        for line in [*blocks, *INDENTED.findall(text), *INLINE.findall(text)]:
            for part in re.split(r" && | \| |; ", line):
                command = BEFORE.sub("", part.strip())
                if re.match(r"(grader|pytest|python|bash) \S", command):
                    found.append(
                        (page.relative_to(ROOT).as_posix(), tuple(shlex.split(command, comments=True)))
                    )
    return sorted(set(found))


QUOTED = quoted()


def test_commands_are_found():
    """The pages are searched where they are: they quote the main commands."""
    heads = {words[:2] for _, words in QUOTED}

    assert {("grader", "grade"), ("grader", "serve"), ("grader", "submit"), ("grader", "backup")} <= heads
    assert any(words[0] == "pytest" for _, words in QUOTED)


@pytest.mark.parametrize(
    ("page", "words"), QUOTED, ids=lambda value: value if isinstance(value, str) else shlex.join(value)
)
def test_a_quoted_command_exists(page, words):
    """It names a command of ours and its options, or options of pytest, and files that are there."""
    program, *rest = words
    match program:
        case "grader":
            assert_grader_takes(rest)
        case "pytest":
            assert {word.split("=")[0] for word in rest if word.startswith("-")} <= options_of_pytest(), page
            assert [path for path in paths_in(rest) if not (ROOT / path).exists()] == []
        case _:
            assert [path for path in paths_in(rest[:1]) if not (ROOT / path).exists()] == []


def assert_grader_takes(words):
    """Fail unless the words after `grader` are a command, its options and at most its arguments."""
    command = get_command(app)
    while words and not words[0].startswith("-") and hasattr(command, "commands"):
        assert words[0] in command.commands
        command, words = command.commands[words[0]], words[1:]
    options = {name: each for each in command.params for name in (*each.opts, *each.secondary_opts)}
    arguments, expected = [], iter(words)
    for word in expected:
        if not word.startswith("-"):
            arguments.append(word)
        elif word != "--help":
            name, _, value = word.partition("=")
            assert name in options
            if not value and not getattr(options[name], "is_flag", False):
                next(expected, None)
    taken = [each for each in command.params if each.param_type_name == "argument"]
    assert len(arguments) <= len(taken) or any(each.nargs < 0 for each in taken)


@cache
def options_of_pytest():
    """Return the options that pytest takes here, for the suite that students run."""
    command = [sys.executable, "-m", "pytest", "tests/cases", "-n0", "--help"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {*re.findall(r"(?<![\w-])(--?[a-z][\w-]*)", told), "-n0"}


def paths_in(words):
    """Return the words that are paths of this repository, without the part that names a test."""
    return [
        Path(word.split("::")[0]) for word in words if "/" in word and not word.startswith(("-", "/", "~"))
    ]
