"""`grader score`: the points for a report of pytest-json-report, made by the grader or by anyone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a function that runs a command of Python in the repository with a data folder of its own."""
    data = tmp_path_factory.mktemp("data")

    def run(*command):
        environment = {**os.environ, "GRADER_DATA_DIR": str(data), "COLUMNS": "100"}
        done = [sys.executable, *map(str, command)]
        return subprocess.run(
            done, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300
        )

    return run


@pytest.fixture(scope="module")
def graded(run, tmp_path_factory):
    """Return the grader's own report on the reference in that format, the bonus left out."""
    path = tmp_path_factory.mktemp("graded") / "graded.json"
    run(
        "-m",
        "grader",
        "grade",
        ROOT / "reference",
        *("--runner", "process", "--without-bonus"),
        "--pytest-json",
        path,
    )
    return path


@pytest.fixture(scope="module")
def plain(run, tmp_path_factory):
    """Return the report of plain pytest on part 1."""
    path = tmp_path_factory.mktemp("plain") / "plain.json"
    part1 = ("tests/cases/test_part1_basics.py", "tests/cases/test_part1_derived.py")
    cases = (*part1, "-n0", "-q", "-p", "no:cacheprovider")
    run("-B", "-m", "pytest", *cases, "--submission=reference", "--json-report", f"--json-report-file={path}")
    return path


def changed(path, tmp_path, change):
    """Return the path of a report in which `change` was called with the tests of the one in `path`."""
    report = json.loads(path.read_text())
    change(report["tests"])
    target = tmp_path / "changed.json"
    target.write_text(json.dumps(report))
    return target


def test_the_graders_own_report_scores_as_the_verdict_did(run, graded, tmp_path):
    """104 points come back, on the screen, in JSON and on the page, each with the note on the report."""
    out, page = tmp_path / "score.json", tmp_path / "score.html"

    done = run("-m", "grader", "score", graded, "--json", out, "--html", page)

    document = json.loads(out.read_text())
    assert done.returncode == 0, done.stderr
    assert "104 / 104" in done.stdout
    assert document["score"] == 104
    assert all("unattested" in text for text in (done.stdout, page.read_text(), *document["notes"][:1]))
    assert "unattested" in document["runner"]["isolation"]


def test_a_report_of_plain_pytest_scores_what_it_ran(run, plain, tmp_path):
    """The points of part 1 are there, and the tests that the report lacks are lost and counted in a note."""
    out = tmp_path / "score.json"

    done = run("-m", "grader", "score", plain, "--json", out)

    parts = {part["id"]: part for part in json.loads(out.read_text())["parts"]}
    assert done.returncode == 0, done.stderr
    assert parts["part1"]["score"] == parts["part1"]["max"]
    assert all(part["score"] == 0 for name, part in parts.items() if name != "part1")
    assert "of the suite are not in the report and are lost" in " ".join(done.stdout.split())


def test_a_test_that_the_suite_does_not_have_is_named(run, graded, tmp_path):
    """It counts for nothing, and hostile names do not reach the terminal."""

    def add(tests):
        tests.append({**tests[0], "nodeid": "tests/cases/x.py::TestValueAdd::test_\x1b[31mmine"})

    done = run("-m", "grader", "score", changed(graded, tmp_path, add))

    assert "104 / 104" in done.stdout
    assert "not in this suite" in " ".join(done.stdout.split())
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("outcome", ["skipped", "xfailed", "xpassed"])
def test_what_did_not_run_is_lost(run, graded, tmp_path, outcome):
    """A test that was skipped or expected to fail costs its share of the problem."""

    def skip(tests):
        tests[0]["outcome"] = outcome

    done = run("-m", "grader", "score", changed(graded, tmp_path, skip))

    assert done.returncode == 0
    assert "104 / 104" not in done.stdout
    assert "which counts as failed" in " ".join(done.stdout.split())


def test_a_test_that_comes_twice_is_refused(run, graded, tmp_path):
    """Of two results of one test only one can be true, so nothing is scored."""
    done = run("-m", "grader", "score", changed(graded, tmp_path, lambda tests: tests.append(tests[0])))

    assert done.returncode == 2
    assert "2 results of" in done.stderr


def test_a_rubric_of_ones_own(run, graded, tmp_path):
    """With --rubric, the same tests earn the points of another rubric."""
    rubric = tmp_path / "mine.yaml"
    text = (ROOT / "rubric.yaml").read_text().replace("total: 104", "total: 109")
    before, after = text.split("points: 2", 1)
    rubric.write_text(f"{before}points: 7{after}")

    done = run("-m", "grader", "score", graded, "--rubric", rubric)

    assert "109 / 109" in done.stdout, done.stderr


@pytest.mark.parametrize("content", ["not JSON", "{}"])
def test_a_file_that_is_no_report_is_refused(run, tmp_path, content):
    """One sentence names the fault and the command that writes a report."""
    path = tmp_path / "other.json"
    path.write_text(content)

    done = run("-m", "grader", "score", path)

    assert done.returncode == 2
    assert "--json-report" in done.stderr
    assert "Traceback" not in done.stderr
