"""Small assignments for tests of the service: one of three tests, and the first part of the real one."""

import io
import shutil
import zipfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]

FILES = {
    "rubric.yaml": """
title: Sums
suite: cases
policy: proportional
total: 5
parts:
  - id: sums
    title: Sums
    problems:
      - {id: small, section: "1", points: 2, tests: TestSmall, title: Small sums, hint: "Use your fingers."}
      - {id: large, section: "2", points: 3, tests: TestLarge, title: Large sums, hint: "Carry the one."}
""",
    "cases/suite.yaml": """
limits: {test_seconds: 60, run_seconds: 120, memory_mebibytes: 1024, output_kibibytes: 1}
""",
    "cases/conftest.py": """
def pytest_addoption(parser):
    parser.addoption("--seed", type=int, default=0)
""",
    "cases/test_cases.py": """
from tests import adapters


class TestSmall:
    def test_one_and_one(self):
        '''One and one make two.'''
        assert adapters.add(1, 1) == 2

    def test_nothing(self):
        '''Nothing is added.'''
        assert adapters.add(1, 0) == 1


class TestLarge:
    def test_large(self):
        '''Large numbers add as small ones do.'''
        assert adapters.add(999, 1) == 1000
""",
    "tests/__init__.py": "",
    "student_template/tests/adapters.py": "def add(a, b):\n    raise NotImplementedError\n",
}
BONUS = """
bonus:
  - id: extra
    title: Extra
    problems:
      - {id: known, section: "3", points: 4, tests: TestKnown, title: Known sums, hint: "Read the file."}
"""
NEEDS_DATA = """

class TestKnown:
    def test_known(self, known):
        '''The sum of the file is found.'''
        assert adapters.add(known, 0) == known
"""
GIVES_DATA = """

import pathlib

import pytest

FOLDER = pathlib.Path(__file__).parents[1] / "data"


@pytest.fixture
def known():
    return int((FOLDER / "known").read_text())
"""
FINDS_DATA = """
import pathlib

FOLDER = pathlib.Path(__file__).parent / "data"


def data_folder():
    return FOLDER if FOLDER.is_dir() else None
"""
RIGHT = "def add(a, b):\n    return a + b\n"


def write_assignment(folder):
    """Write the assignment into `folder` and return it."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def write_with_data(folder):
    """Write the assignment with a bonus whose test needs a file, `data` in the assignment's folder."""
    write_assignment(folder)
    rubric = folder / "rubric.yaml"
    rubric.write_text(rubric.read_text() + BONUS)
    cases = folder / "cases" / "test_cases.py"
    cases.write_text(cases.read_text() + NEEDS_DATA)
    conftest = folder / "cases" / "conftest.py"
    conftest.write_text(conftest.read_text() + GIVES_DATA)
    (folder / "sums.py").write_text(FINDS_DATA)
    manifest = folder / "cases" / "suite.yaml"
    manifest.write_text(manifest.read_text() + "folders: {SUMS_DATA: 'sums:data_folder'}\n")
    return folder


def write_first_part(folder):
    """Write the real assignment's first part into `folder` and return it."""
    left_out = shutil.ignore_patterns(
        "__pycache__", "test_part[2-6]*", "test_bonus*", "assignment", "demo*", "grader"
    )
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=left_out)
    rubric = yaml.safe_load((ROOT / "rubric.yaml").read_text())
    [part, *_] = rubric["parts"]
    total = sum(problem["points"] for problem in part["problems"])
    del rubric["bonus"]
    (folder / "rubric.yaml").write_text(yaml.safe_dump({**rubric, "total": total, "parts": [part]}))
    return folder


def slow(seconds):
    """Return adapters that are right, each call after so many seconds."""
    return f"import time\n\n\ndef add(a, b):\n    time.sleep({seconds})\n    return a + b\n"


def archive(adapters=RIGHT, note=""):
    """Return the zip of a submission: the same bytes at any time, other bytes for another note."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as target:
        target.writestr(zipfile.ZipInfo("tests/adapters.py"), adapters)
        target.writestr(zipfile.ZipInfo("note.py"), f"# {note}\n")
    return written.getvalue()
