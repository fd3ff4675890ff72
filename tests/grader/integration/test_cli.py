"""The commands as an instructor runs them: their output, their files, their exit status."""

import csv
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.grader.support.small_assignments import archive, write_with_data

ROOT = Path(__file__).resolve().parents[3]
REFERENCE = ROOT / "reference"
QUICK = ("--runner", "process", "--without-bonus")


@pytest.fixture
def grader(tmp_path):
    """Return a function that runs the command in an empty folder, with a data folder of its own."""

    def run(*arguments, **variables):
        command = [sys.executable, "-m", "grader", *map(str, arguments)]
        environment = {**os.environ, "GRADER_DATA_DIR": str(tmp_path / "data"), "COLUMNS": "100", **variables}
        environment.pop("GRADER_RUNNER", None)
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=300
        )

    return run


@pytest.fixture
def broken(tmp_path):
    """Return a copy of the reference in which exp has the wrong value."""
    project = tmp_path / "broken"
    shutil.copytree(REFERENCE, project, ignore=shutil.ignore_patterns("__pycache__"))
    engine = project / "smulgrad" / "engine.py"
    source = engine.read_text()
    assert source.count("math.exp(self.data)") == 1
    engine.write_text(source.replace("math.exp(self.data)", "math.exp(self.data) + 1"))
    return project


def zipped(folder, target):
    """Write the folder as a zip and return its path."""
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*.py")):
            archive.write(path, path.relative_to(folder.parent))
    return target


def test_lines_names_the_place_of_a_mistake(grader, broken):
    """A second run finds the function with the mistake; the report before it is the same."""
    done = grader("grade", broken, *QUICK, "--lines", COLUMNS="160")

    report, _, places = done.stdout.partition("Places in the code")
    assert "smulgrad/engine.py" in places
    assert "Somewhere in Value.exp" in places
    assert "104" in report
    assert done.returncode == 0


def test_lines_of_a_right_solution_are_none(grader):
    """Without a loss there is no place."""
    done = grader("grade", REFERENCE, *QUICK, "--lines")

    assert "No line of the code is known to be wrong" in done.stdout


def test_the_reference_gets_full_marks(grader):
    """A perfect submission prints 104 / 104 and ends with status 0."""
    done = grader("grade", REFERENCE, *QUICK)

    assert "104 / 104" in done.stdout
    assert (done.returncode, done.stderr) == (0, "")


def test_a_zip_and_its_folder_get_the_same_points(grader, broken, tmp_path):
    """A zip is graded as its folder is, and a loss shows the expected and the actual value."""
    archive = zipped(broken, tmp_path / "broken.zip")

    of_folder = grader("grade", broken, *QUICK, "--seed", 1)
    of_zip = grader("grade", archive, *QUICK, "--seed", 1)

    def table(text):
        return text.rpartition(" tests in ")[0]

    assert of_folder.returncode == of_zip.returncode == 0
    assert table(of_folder.stdout) == table(of_zip.stdout)
    told = " ".join(of_zip.stdout.split())
    assert "the number should be 7.38906, not 8.38906" in told
    assert "expected 7.389" in told
    assert "got 8.389" in told


def test_the_same_bytes_give_the_same_report(grader, broken, tmp_path):
    """Two runs on the same bytes give the same JSON, times aside; the seed is not the one of other bytes."""
    for name in ("one", "two"):
        grader("grade", broken, *QUICK, "--json", tmp_path / f"{name}.json")
    grader("grade", REFERENCE, *QUICK, "--json", tmp_path / "other.json")

    reports = {name: json.loads((tmp_path / f"{name}.json").read_text()) for name in ("one", "two", "other")}

    assert timeless(reports["one"]) == timeless(reports["two"])
    assert reports["one"]["seed_id"] != reports["other"]["seed_id"]


def timeless(value):
    """Return a JSON document without its times."""
    if isinstance(value, dict):
        times = ("seconds", "started_at", "received_at")
        return {key: timeless(item) for key, item in value.items() if key not in times}
    return [timeless(item) for item in value] if isinstance(value, list) else value


def test_report_files(grader, broken, tmp_path):
    """--json and --html write the report in addition to the printed one."""
    done = grader("grade", broken, *QUICK, "--json", "report.json", "--html", "report.html")

    report = json.loads((tmp_path / "report.json").read_text())
    page = (tmp_path / "report.html").read_text()
    assert (report["schema"], report["status"], report["max_score"]) == ("graded-report/1", "graded", 104)
    assert f"{report['score']:g} / 104" in done.stdout
    assert page.startswith("<!doctype html>")


def test_an_upload_that_is_refused(grader, tmp_path):
    """An upload that is no zip is refused with the rule, on standard error, with status 3."""
    (tmp_path / "work.zip").write_text("no zip")

    done = grader("grade", "work.zip", *QUICK)

    assert done.returncode == 3
    assert "refused: the upload is not a zip archive, but text" in done.stderr


def test_an_entry_that_leaves_the_archive_is_named(grader, tmp_path):
    """A refusal names the entry."""
    with zipfile.ZipFile(tmp_path / "work.zip", "w") as archive:
        archive.writestr("tests/adapters.py", "")
        archive.writestr("../../etc/x.py", "")

    done = grader("grade", "work.zip", *QUICK)

    assert done.returncode == 3
    assert 'entry "../../etc/x.py"' in done.stderr


def test_a_submission_that_cannot_be_imported(grader, broken):
    """A syntax error costs all points, is reported with its line, and ends with status 1."""
    (broken / "smulgrad" / "engine.py").write_text("def f(:\n    pass\n")

    done = grader("grade", broken, *QUICK)

    assert done.returncode == 1
    assert "0 / 104" in done.stdout
    assert "smulgrad.engine cannot be imported: SyntaxError" in " ".join(done.stdout.split())


def test_no_runner_takes_the_place_of_another_in_silence(grader):
    """A requested runner that is unavailable stops the grading, with the reason and the way out."""
    done = grader("grade", REFERENCE, "--runner", "docker", DOCKER_HOST="tcp://127.0.0.1:1")

    assert done.returncode == 2
    assert "docker: no Docker engine answers" in done.stderr
    assert "grader doctor" in done.stderr
    assert "--runner process" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["grade", "nowhere.zip", *QUICK], "nowhere.zip"),
        (["grade", REFERENCE, "--runner", "magic"], "there is no runner 'magic'"),
        (["grade", REFERENCE, *QUICK, "--json", "no/such/folder/x.json"], "does not exist"),
        (["grade", REFERENCE, *QUICK, "--seed", "-1"], "--seed"),
        (["grade-all", ".", *QUICK], "--csv"),
    ],
)
def test_wrong_use(grader, arguments, words):
    """A usage error names the mistake and ends with status 2."""
    done = grader(*arguments)

    assert done.returncode == 2
    assert words in " ".join(done.stderr.replace("│", " ").split())


def test_an_unjudged_bonus_is_said_everywhere(grader, tmp_path):
    """Without the data of a bonus the status is 1, and no sum in text, page, JSON or CSV counts it as 0."""
    assignment = write_with_data(tmp_path / "assignment")
    work = tmp_path / "in" / "work.zip"
    work.parent.mkdir()
    work.write_bytes(archive())
    chosen = {"GRADER_ASSIGNMENT": str(assignment)}

    one = grader(
        *("grade", work, "--runner", "process", "--json", "out.json", "--html", "out.html"), **chosen
    )
    many = grader("grade-all", work.parent, "--csv", "out.csv", "--runner", "process", **chosen)

    document = json.loads((tmp_path / "out.json").read_text())
    [line] = csv.DictReader((tmp_path / "out.csv").read_text().splitlines())
    assert (one.returncode, many.returncode) == (1, 1)
    assert "5 / 5  bonus - / 4" in one.stdout
    assert "Not judged: Known sums." in one.stdout
    assert (document["status"], document["score"], document["bonus"]) == ("grader_error", 5, None)
    assert "A part of the bonus could not be judged" in (tmp_path / "out.html").read_text()
    assert (line["status"], line["score"], line["bonus"], line["known"]) == ("grader_error", "", "", "")
    assert "not judged, so no sum: known" in line["reason"]
    assert "0 graded, 1 not fully judged" in many.stdout


def copy_assignment(folder):
    """Copy rubric, suite and handout of the assignment into `folder`, and return it."""
    for path in ("tests/cases", "tests/provided", "docs/handout"):
        shutil.copytree(ROOT / path, folder / path)
    for path in (*ROOT.glob("tests/*.py"), ROOT / "rubric.yaml", ROOT / "docs" / "handout.md"):
        shutil.copy(path, folder / path.relative_to(ROOT))
    return folder


def test_a_broken_suite_is_our_fault(grader, tmp_path):
    """When the suite itself cannot be run, nobody gets a 0: the status is 4."""
    assignment = copy_assignment(tmp_path / "assignment")
    (assignment / "tests" / "cases" / "test_part1_basics.py").write_text("import nothing_of_that_name\n")

    done = grader("grade", REFERENCE, *QUICK, GRADER_ASSIGNMENT=str(assignment))

    assert done.returncode == 4
    assert "does not count" in done.stderr


def test_a_mistake_in_the_rubric_is_named(grader, tmp_path):
    """A rubric that does not add up stops the command with its line and key."""
    rubric = (ROOT / "rubric.yaml").read_text()
    (tmp_path / "rubric.yaml").write_text(rubric.replace("total: 104", "total: 105"))

    done = grader("rubric", "check", GRADER_ASSIGNMENT=str(tmp_path))

    assert done.returncode == 2
    assert "rubric.yaml line" in done.stderr
    assert "104" in done.stderr


def test_a_missing_section_is_named(grader, tmp_path):
    """`rubric check` names a section that the handout does not have, and a handout that is gone."""
    assignment = copy_assignment(tmp_path / "assignment")
    handout = assignment / "docs" / "handout.md"
    handout.write_text(handout.read_text().replace("### 2.4 ", "### 2.44 "))

    renamed = grader("rubric", "check", GRADER_ASSIGNMENT=str(assignment))
    handout.unlink()
    gone = grader("rubric", "check", GRADER_ASSIGNMENT=str(assignment))

    assert (renamed.returncode, gone.returncode) == (2, 2)
    assert "value_neg_sub names section 2.4, which docs/handout.md does not have" in renamed.stderr
    assert "the handout cannot be read" in gone.stderr


def test_the_rubric_and_the_suite_agree(grader):
    """`rubric check` counts the classes of rubric and suite."""
    done = grader("rubric", "check")

    assert done.returncode == 0
    assert "104 points and 23 bonus points" in done.stdout


def test_a_folder_of_submissions(grader, broken, tmp_path):
    """grade-all writes a line per submission, refused ones with their reason, and grades the rest."""
    folder = tmp_path / "handed-in"
    folder.mkdir()
    shutil.copytree(REFERENCE, folder / "anna", ignore=shutil.ignore_patterns("__pycache__"))
    zipped(broken, folder / "=bob.zip")
    (folder / "carl.zip").write_bytes(b"PK\x03\x04 cut off")

    done = grader("grade-all", folder, "--csv", "grades.csv", "--jobs", 2, *QUICK)

    with (tmp_path / "grades.csv").open() as file:
        lines = {line["submission"]: line for line in csv.DictReader(file)}
    assert done.returncode == 1
    assert "2 graded, 1 refused, 0 failed on our side" in done.stdout
    assert "anna 104 / 104" in " ".join(done.stdout.split())
    assert "carl.zip - refused" in " ".join(done.stdout.split())
    assert "grading: 3 of 3, done" in done.stderr.splitlines()
    assert lines["anna"]["score"] == "104"
    assert float(lines["'=bob.zip"]["score"]) < 104
    assert (lines["carl.zip"]["status"], lines["carl.zip"]["score"]) == ("refused", "")
