"""A naive grader, as many courses have one: tests and submission share a process, which writes the report.

The upload is unpacked, the tests are copied over it, the solution lies in the folder next to it, the
submission comes first on sys.path; pytest runs once, and points are counted from the file that
pytest-json-report wrote. It shows that the attack corpus has teeth. It has limits of memory and time only.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from fractions import Fraction

from grader.sandbox.runner import MEBI
from tests.assignment.samples import ROOT

MEMORY = 2048 * MEBI
SECONDS = 60
HANGING_SECONDS = 6  # for attacks that do not end by themselves
REPORT = "report.json"
QUICK = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "OPENBLAS_NUM_THREADS": "1",
}  # this run needs no other plugins
COLLECTED_AFTER = 0.3  # seconds; graders fetch the report some time after the tests have ended
NOT_COUNTED = {"skipped", "xfailed", "deselected"}


def naive_points(attack, files, rubric, folder):
    """Return the points of `rubric` that the attack earns with `files`, in a project made in `folder`."""
    project = lay_out(files, folder)
    run_pytest(project, attack)
    time.sleep(COLLECTED_AFTER)
    return counted(read_report(project / REPORT), rubric)


def lay_out(files, folder):
    """Unpack the submission, copy the tests over it and the solution beside it; return the project."""
    project = folder / "project"
    shutil.copytree(ROOT / "reference", folder / "solution")
    for path, content in files.items():
        place = project / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    shutil.copy(ROOT / "student_template" / "pyproject.toml", project)
    for module in (ROOT / "tests").glob("*.py"):
        shutil.copy(module, project / "tests")
    shutil.copytree(ROOT / "tests" / "cases", project / "tests" / "cases", dirs_exist_ok=True)
    return project


def run_pytest(project, attack):
    """Run the tests of the attack's classes, within limits of memory, files and time."""
    selected = " or ".join(sorted(attack.classes))
    command = [
        *(sys.executable, "-B", "-m", "grader.sandbox.limited", str(MEMORY), "pytest", "tests/cases"),
        *("-q", "--tb=no", "--assert=plain", "-p", "no:cacheprovider", "-k", selected),
        *("-p", "pytest_jsonreport.plugin", "--json-report", f"--json-report-file={REPORT}"),
    ]
    process = subprocess.Popen(
        command,
        cwd=project,
        env={**os.environ, **QUICK, "PYTHONPATH": str(project)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(SECONDS if attack.seconds is None else HANGING_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def read_report(path):
    """Return the outcomes in the report as pairs of class and outcome; none if there is no report."""
    with contextlib.suppress(OSError, ValueError, LookupError):
        tests = json.loads(path.read_text())["tests"]
        return [(test["nodeid"].split("::")[1], test["outcome"]) for test in tests]
    return []


def counted(outcomes, rubric):
    """Return the points: of each problem, the share that passed of the tests that were not skipped."""
    passed = Counter(group for group, outcome in outcomes if outcome == "passed")
    counted = Counter(group for group, outcome in outcomes if outcome not in NOT_COUNTED)
    return sum(
        Fraction(problem.points) * Fraction(passed[problem.tests], counted[problem.tests])
        for problem in rubric.problems
        if counted[problem.tests]
    )
