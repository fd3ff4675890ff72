"""Pages, messages, docs and docstrings are in plain English: phrases that hide who acts are banned."""

import re

import pytest

from tests.assignment.samples import ROOT

BANNED = re.compile(
    r"\b(cannot be had|is told|surely|anew|unasked|kindly|in the place of|is ours|for want of|rests? on|"
    r"counted apart|stands? beside|as it is now)\b",
    re.IGNORECASE,
)
WRITTEN = ("*.py", "*.md", "*.j2", "*.yaml", "*.yml", "*.js", "*.css", "*.typ")
PLACES = ("grader", "reference", "student_template", "benchmarks", "docs", "scripts", "deploy")
EARLIER = (
    "docs/adr",
    "docs/attacks.md",
    "docs/proof.md",
    "CHANGELOG.md",
)  # records, and names of what is tested


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
    """Say who does what, in the field's own words (CONTRIBUTING.md has the rule)."""
    lines = TEXTS[name].read_text(encoding="utf-8").splitlines()

    assert [f"{number}: {line}" for number, line in enumerate(lines, 1) if BANNED.search(line)] == []
