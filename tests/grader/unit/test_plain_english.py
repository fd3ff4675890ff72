"""Pages, messages, docs and docstrings are in plain English: phrases that hide who acts are banned."""

import ast
import re

import pytest

from tests.assignment.samples import ROOT

BANNED = re.compile(
    r"\b(cannot be had|is told|surely|anew|unasked|kindly|in the place of|is ours|for want of|rests? on|"
    r"counted apart|stands? beside|as it is now)\b",
    re.IGNORECASE,
)
WRITTEN = ("*.py", "*.md", "*.j2", "*.yaml", "*.yml", "*.js", "*.css", "*.typ")
PLACES = ("grader", "reference", "student_template", "tests", "benchmarks", "docs", "scripts", "deploy")
EARLIER = (
    "CHANGELOG.md",  # a record
    "docs/proof.md",  # generated
    "tests/assignment/submissions",  # uploads as students write them
    "tests/assignment/mistakes",
    "tests/grader/unit/test_plain_english.py",
)
DESCRIBED = ("grader", "reference", "tests", "benchmarks", "scripts")
WHAT = re.compile(r"(?<!`)\bwhat\b", re.IGNORECASE)
MOST_WHATS = 20


def texts():
    """Return the files that people read, by their path."""
    found = [path for place in PLACES for kind in WRITTEN for path in (ROOT / place).rglob(kind)]
    names = {
        path.relative_to(ROOT).as_posix(): path for path in [*found, *ROOT.glob("*.md"), *ROOT.glob("*.y*ml")]
    }
    return {name: path for name, path in sorted(names.items()) if not name.startswith(EARLIER)}


TEXTS = texts()


def test_the_texts_are_found():
    """The search covers pages, commands, docs and the two projects."""
    assert {
        "README.md",
        "docs/operator.md",
        "grader/cli/grade.py",
        "reference/smulgrad/engine.py",
    } <= TEXTS.keys()


@pytest.mark.parametrize("name", TEXTS)
def test_no_phrase_is_banned(name):
    """Say who acts, in the field's own words (CONTRIBUTING.md has the rule)."""
    lines = TEXTS[name].read_text(encoding="utf-8").splitlines()

    assert [f"{number}: {line}" for number, line in enumerate(lines, 1) if BANNED.search(line)] == []


def docstrings(path):
    """Yield each docstring of a module with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield node.body[0].lineno, text


def test_docstrings_name_their_subject():
    """A docstring names a thing or a person, and seldom says "what" for it."""
    paths = [path for name, path in TEXTS.items() if name.startswith(DESCRIBED) and path.suffix == ".py"]
    vague = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in paths
        for line, text in docstrings(path)
        if WHAT.search(text)
    ]

    assert len(vague) <= MOST_WHATS, "\n".join(vague)
