"""A small suite about knots, with tests of every outcome, and the table that its run prints."""

import tests.cases.scoreboard  # noqa: F401 - once here, instead of once in each of the runs below

RUBRIC = """\
title: Knots
suite: cases
parts:
  - id: one
    title: The basics
    problems:
      - {id: bowline, title: A bowline, points: 2, tests: TestBowline, section: "2.1", hint: Try it.}
      - {id: hitch, title: "A [half] hitch", points: 3, tests: TestHitch}
  - id: two
    title: More knots
    problems:
      - {id: bend, title: A bend, points: 4, tests: TestBend, section: "3.1", hint: Mind the ends.}
bonus:
  - id: extras
    title: Extras
    problems:
      - {id: splice, title: A splice, points: 4, tests: TestSplice}
"""

CONFTEST = """\
import pytest

from tests.cases.scoreboard import register_scoreboard


def pytest_configure(config):
    register_scoreboard(config)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call):
    report = yield
    report.is_not_written = bool(call.excinfo and call.excinfo.errisinstance(NotImplementedError))
    return report


@pytest.fixture
def broken_fixture():
    raise RuntimeError("the suite's own fault")


@pytest.fixture
def broken_teardown():
    yield
    raise RuntimeError("the suite's own fault")
"""

PASSES = "    def test_{}(self): pass\n"
FAILS = "    def test_{}(self): assert False\n"
RAISES = "    def test_{}(self): raise KeyError\n"
STUBS = "    def test_{}(self): raise NotImplementedError\n"
SKIPS = "    def test_{}(self): __import__('pytest').skip('not today')\n"
BREAKS = "    def test_{}(self, broken_fixture): pass\n"
BREAKS_LATE = "    def test_{}(self, broken_teardown): pass\n"

MIXED = {
    "TestBowline": [PASSES, PASSES],
    "TestHitch": [PASSES, FAILS, RAISES],
    "TestBend": [PASSES, PASSES, FAILS],
    "TestSplice": [PASSES, FAILS],
}


def points(result):
    """Return the lines under the heading `points`, without runs of blanks and empty lines."""
    lines = [" ".join(line.split()) for line in result.outlines]
    headings = [i for i, line in enumerate(lines) if line.strip("= ") == "points"]
    return [line for line in lines[headings[0] + 1 : -1] if line] if headings else []
