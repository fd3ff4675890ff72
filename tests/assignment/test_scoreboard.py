"""The table that a student sees after pytest: the points of the tests that ran, and the next step."""

import io
import sys

import pytest

import tests.cases.scoreboard  # noqa: F401 - once here, instead of once in each of the runs below
from tests.assignment.knots import (
    BREAKS,
    BREAKS_LATE,
    CONFTEST,
    FAILS,
    MIXED,
    PASSES,
    RUBRIC,
    SKIPS,
    STUBS,
    points,
)

PASSED, PARTIAL = "\N{CHECK MARK}", "\N{CIRCLE WITH LEFT HALF BLACK}"

pytest_plugins = ("pytester",)


@pytest.fixture
def project(pytester, monkeypatch):
    """Return a function that runs pytest on a project of the given test classes."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # they cost a second each time
    pytester.makeini("[pytest]\naddopts = -ra -p no:cacheprovider\n")
    pytester.makeconftest(CONFTEST)
    (pytester.path / "rubric.yaml").write_text(RUBRIC, encoding="utf-8")

    def run(classes, *arguments):
        tests = [
            f"class {name}:\n" + "".join(t.format(i) for i, t in enumerate(ts))
            for name, ts in classes.items()
        ]
        cases = pytester.mkdir("cases")
        (cases / "test_knots.py").write_text("\n".join(tests), encoding="utf-8")
        return pytester.runpytest_inprocess(*arguments)

    return run


def test_whole_run(project):
    """The table has points by part and problem and the next step."""
    result = project(MIXED)

    assert points(result) == [
        f"{PARTIAL} The basics 3 / 5",
        f"{PASSED} A bowline 2 / 2 2/2 tests",
        f"{PARTIAL} A [half] hitch 1 / 3 1/3 tests",
        f"{PARTIAL} More knots 2.67 / 4",
        f"{PARTIAL} A bend 2.67 / 4 2/3 tests",
        f"{PARTIAL} Extras 2 / 4",
        f"{PARTIAL} A splice 2 / 4 1/2 tests",
        "total 5.67 / 9",
        "bonus 2 / 4",
        "Next: A [half] hitch.",
        "uv run pytest -k TestHitch",
    ]


def test_position(project):
    """The table is the last thing before pytest's final line."""
    lines = project(MIXED).outlines

    assert lines.index("  uv run pytest -k TestHitch") == len(lines) - 2
    assert "4 failed" in lines[-1]


def test_next_problem(project):
    """The next problem comes with its section and hint."""
    result = project(MIXED | {"TestHitch": [PASSES]})

    assert points(result)[-2:] == [
        "Next: A bend (handout, section 3.1). Mind the ends.",
        "uv run pytest -k TestBend",
    ]


def test_no_next_problem(project):
    """When all required tests pass, there is no next problem."""
    result = project({name: [PASSES] for name in MIXED} | {"TestSplice": [FAILS]})

    lines = points(result)
    assert lines[-2:] == ["total 9 / 9", "bonus 0 / 4"]
    assert lines[:2] == [f"{PASSED} The basics 5 / 5", f"{PASSED} More knots 4 / 4"]


def test_skipped_test(project):
    """A skipped test is lost."""
    result = project(MIXED | {"TestBowline": [PASSES, SKIPS]})

    assert f"{PARTIAL} A bowline 1 / 2 1/2 tests" in points(result)


@pytest.mark.parametrize("broken", [BREAKS, BREAKS_LATE])
def test_broken_fixture(project, broken):
    """A problem whose fixture failed is not judged."""
    lines = points(project(MIXED | {"TestBowline": [FAILS, broken]}))

    assert "? A bowline - / 2 0/2 tests" in lines
    assert "Not judged, because a fixture of the suite failed (tell the course staff): A bowline" in lines
    assert lines[-1] == "uv run pytest -k TestHitch"


def test_outside_the_suite(project, pytester):
    """Tests outside the suite do not count."""
    pytester.makepyfile(test_own="class TestBowline:\n    def test_mine(): assert False\n")

    result = project(MIXED)

    assert f"{PASSED} A bowline 2 / 2 2/2 tests" in points(result)


def test_unclaimed_class(project):
    """A class that no problem names is left out."""
    result = project(MIXED | {"TestUnknown": [FAILS]})

    assert "total 5.67 / 9" in points(result)


def test_selected_class(project):
    """A selected class is shown alone, and without a total."""
    result = project(MIXED, "-k", "TestBend")

    assert points(result) == [
        f"{PARTIAL} More knots 2.67 / 4",
        f"{PARTIAL} A bend 2.67 / 4 2/3 tests",
        "Only a part of the tests was run, so there is no total. `uv run pytest` runs them all.",
        "Next: A bend (handout, section 3.1). Mind the ends.",
        "uv run pytest -k TestBend",
    ]


def test_part_of_a_part(project):
    """A part of which one problem was run has no points of its own."""
    result = project(MIXED, "-k", "TestHitch")

    assert points(result)[:2] == ["The basics partly run", f"{PARTIAL} A [half] hitch 1 / 3 1/3 tests"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("-k", "TestBend and test_0"),
        ("--deselect", "cases/test_knots.py::TestBend::test_2", "-k", "TestBend"),
        ("cases/test_knots.py::TestBend::test_0",),
    ],
)
def test_part_of_a_class(project, arguments):
    """A class of which some tests were selected has no points."""
    result = project(MIXED, *arguments)

    assert points(result)[:2] == ["More knots partly run", "A bend partly run"]


def test_class_by_node_id(project):
    """A class that was named as a whole has its points."""
    result = project(MIXED, "cases/test_knots.py::TestBend")

    assert f"{PARTIAL} A bend 2.67 / 4 2/3 tests" in points(result)


def test_stopped_early(project):
    """A run that stops early has points for the finished tests."""
    result = project(MIXED, "-x")

    assert points(result)[:3] == [
        "The basics partly run",
        f"{PASSED} A bowline 2 / 2 2/2 tests",
        "A [half] hitch partly run",
    ]
    assert not any(line.startswith("total") or "bend" in line for line in points(result))


def test_total_without_bonus(project):
    """The total does not wait for the bonus."""
    lines = points(project(MIXED, "-k", "not Splice"))

    assert "total 5.67 / 9" in lines
    assert not any(line.startswith(("bonus", "Only a part")) for line in lines)


@pytest.mark.parametrize("arguments", [("-k", "nothing"), ("--collect-only",)])
def test_no_tests(project, arguments):
    """A run of no tests has no table."""
    assert points(project(MIXED, *arguments)) == []


def test_piped(project, monkeypatch):
    """Piped output is plain text without trailing blanks, and of ASCII where the encoding has no more."""
    monkeypatch.setattr(sys, "__stdout__", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))

    lines = project(MIXED).outlines

    table = lines[lines.index(next(line for line in lines if " points " in line)) :]
    assert all(line.isascii() and line == line.rstrip() for line in table)
    assert not any("\x1b" in line for line in table)


def test_colour(project):
    """A terminal with colour gets colour."""
    result = project(MIXED, "--color=yes")

    assert "\x1b[32m   2 / 2\x1b[0m" in result.stdout.str()


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_width(project, monkeypatch, columns):
    """The table fits the terminal."""
    monkeypatch.setenv("COLUMNS", str(columns))

    lines = project(MIXED).outlines

    start = next(i for i, line in enumerate(lines) if line.strip("= ") == "points")
    assert max(len(line) for line in lines[start:-1]) <= columns
    assert any("hitch" in line or "A [half]" in line for line in lines)
    assert any("1 / 3  1/3 tests" in line for line in lines)


def test_no_rubric(project, pytester):
    """A project without a rubric has no table."""
    (pytester.path / "rubric.yaml").unlink()

    result = project(MIXED)

    assert points(result) == []
    result.assert_outcomes(passed=6, failed=4)


def test_broken_rubric(project, pytester):
    """A mistake in the rubric stops the run and is named with its line."""
    (pytester.path / "rubric.yaml").write_text(RUBRIC.replace("points: 3", "points: x"), encoding="utf-8")

    result = project(MIXED)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: rubric.yaml line 8, parts[[]0].problems[[]1].points: expected *"])


def test_what_is_not_written_is_one_quiet_word(project):
    """Problems without any code have no line of their own; their part counts them, or is one line alone."""
    lines = points(project({**MIXED, "TestBowline": [STUBS, STUBS]}))

    assert f"{PARTIAL} The basics (1 not started) 1 / 5" in lines
    assert not any("bowline" in line for line in lines if "Next" not in line)
    assert any("hitch" in line for line in lines)


def test_a_part_without_any_code_is_one_line(project):
    """A part that is not started has one line."""
    lines = points(project({**MIXED, "TestBend": [STUBS, STUBS]}))

    assert "\N{MIDDLE DOT} More knots 0 / 4 not started" in lines
    assert not any("A bend" in line for line in lines)


def test_what_follows_from_an_earlier_problem_is_told_once(project, pytester):
    """A problem that loses because of an earlier one points to it, in one line."""
    rubric = pytester.path / "rubric.yaml"
    needing = rubric.read_text(encoding="utf-8").replace("id: bend,", "id: bend, needs: [hitch],")
    rubric.write_text(needing, encoding="utf-8")

    lines = points(project(MIXED))

    assert lines[lines.index(f"{PARTIAL} A bend 2.67 / 4 2/3 tests") + 1] == "waits for A [half] hitch"
    assert sum("waits for" in line for line in lines) == 1
