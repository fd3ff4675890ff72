"""Downloads of every system: the student of each file, the attempt, and files that are no submissions."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from grader.batch import downloads_in
from grader.core.label import Label
from grader.downloads import find_downloads
from grader.intake import Refused, read_submission
from grader.render.csv import Row, render_csv
from tests.grader.support.reports import RUBRIC, report

PROJECT = {"hw/tests/adapters.py": "", "hw/engine.py": ""}


def packed(files=None):
    """Return a zip of some files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, text in (PROJECT if files is None else files).items():
            archive.writestr(path, text)
    return content.getvalue()


def write(folder, files):
    """Write files, given as text or bytes by path."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


ZIP = packed()
NOTE = "Name: Jane M. Doe (jdoe)\nAssignment: HW 1\nDate Submitted: Friday, 20 November 2026\n"
SYSTEMS = {
    "Moodle": (
        {
            "Müller Anna_4321_assignsubmission_file/x.zip": ZIP,
            "Müller Anna_4321_assignsubmission_onlinetext/onlinetext.html": "<p>hello</p>",
            "Ng_Ben_4322_assignsubmission_file_/hw/tests/adapters.py": "",
            "Lee Ida_4323_assignsubmission_file_x.zip": ZIP,
        },
        [("Lee Ida", "4323", ""), ("Müller Anna", "4321", ""), ("Ng_Ben", "4322", "")],
    ),
    "Canvas": (
        {"ngben_11_501_hw.zip": ZIP, "mulleranna_LATE_12_502_my_work-1.zip": ZIP, "lee_13_503_a.pdf": "x"},
        [("lee", "13", "503"), ("mulleranna", "12", "502"), ("ngben", "11", "501")],
    ),
    "Blackboard": (
        {
            "HW 1_jdoe_attempt_2026-11-20-10-15-30.txt": NOTE,
            "HW 1_jdoe_attempt_2026-11-20-10-15-30_hw.zip": ZIP,
            "HW 1_kim_attempt_2026-11-21-09-00-00_hw.zip": ZIP,
        },
        [("Jane M. Doe", "jdoe", "2026-11-20 10:15:30"), ("kim", "kim", "2026-11-21 09:00:00")],
    ),
    "GitHub Classroom": (
        {
            "smulgrad-anna-ng/.git/HEAD": "ref",
            "smulgrad-anna-ng/tests/adapters.py": "",
            "smulgrad-ben/.git/HEAD": "ref",
            "smulgrad-ben/tests/adapters.py": "",
        },
        [("anna-ng", "anna-ng", ""), ("ben", "ben", "")],
    ),
    "by hand": (
        {
            "anna.zip": ZIP,
            "ben/tests/adapters.py": "",
            "ida.py": "",
            "tom.tar.gz": b"x",
            "eve/Work/x.7z": "x",
        },
        [("", "", "")] * 5,
    ),
}
GRADESCOPE = """
submission_1001:
  :submitters:
  - :name: Anna Ng
    :sid: '12'
    :email: anna@example.edu
  - :name: Ben Lee
    :sid: '13'
    :email: ben@example.edu
  :created_at: 2026-11-20 10:00:00.000000 Z
  :history:
  - :id: 900
submission_1002:
  :submitters:
  - :name: Ida Lee
    :sid:
    :email: ida@example.edu
  :created_at: 2026-11-21 10:00:00.000000 Z
"""


@pytest.mark.parametrize(("files", "people"), SYSTEMS.values(), ids=SYSTEMS)
def test_each_system_is_recognised(tmp_path, files, people):
    """Student, id and attempt are read from the names that each system gives."""
    found = find_downloads(write(tmp_path, files))

    assert [(each.label.student, each.label.id, each.label.attempt) for each in found.submissions] == people


def test_gradescope_says_whose_each_folder_is(tmp_path):
    """Its metadata name people, groups, the moment and the attempt."""
    files = {
        "submission_metadata.yml": GRADESCOPE,
        "submission_1001/tests/adapters.py": "",
        "submission_1002/a.zip": ZIP,
    }

    anna, ida = find_downloads(write(tmp_path / "export", files).parent).submissions

    assert (anna.label.student, anna.label.id, anna.label.attempt) == ("Anna Ng; Ben Lee", "12; 13", "2")
    assert ida.label == Label("Ida Lee", "ida@example.edu", "1", datetime(2026, 11, 21, 10, tzinfo=UTC))
    assert ida.path.name == "a.zip"


@pytest.mark.parametrize("content", ["[1, 2]", "a: [", "", "submission_1: 3", b"\xff\xfe\x00"])
def test_strange_metadata_say_nothing(tmp_path, content):
    """A file of another form is passed over."""
    files = {"submission_metadata.yml": content, "submission_1/tests/adapters.py": ""}

    assert [each.label for each in find_downloads(write(tmp_path, files)).submissions] == [Label()]


def test_what_is_no_submission_is_no_row(tmp_path):
    """Leftovers of systems and programs are named and nothing else."""
    others = ["Thumbs.db", "grades.csv", "~$notes.xlsx", ".DS_Store", "readme.txt", "index.html"]
    write(tmp_path, {"anna.zip": ZIP, "__MACOSX/._anna.zip": "x", **dict.fromkeys(others, "x")})

    found = find_downloads(tmp_path)

    assert [each.name for each in found.submissions] == ["anna.zip"]
    assert sorted(found.passed_over) == sorted([*others, "__MACOSX"])


@pytest.mark.parametrize("in_folder", [False, True])
@pytest.mark.parametrize("system", ["Moodle", "Canvas", "Blackboard"])
def test_the_one_zip_of_all_is_unpacked(tmp_path, system, in_folder):
    """The zip that a system offers may be given as it is, or lie in the folder alone."""
    files, people = SYSTEMS[system]
    write(tmp_path, {"all.zip": packed(files)})

    with downloads_in(tmp_path if in_folder else tmp_path / "all.zip") as found:
        assert [each.label.student for each in found.submissions] == [student for student, _, _ in people]
        assert all(each.path.exists() for each in found.submissions)


def test_a_zip_of_all_that_climbs_is_refused(tmp_path):
    """Names of a hostile zip lead nowhere: it is a submission, and refused as one."""
    write(tmp_path, {"all.zip": packed({"a_1_2_x.zip": "x", "../out.txt": "x"})})

    with downloads_in(tmp_path / "all.zip") as found, pytest.raises(Refused):
        read_submission(found.submissions[0].path)
    assert not (tmp_path.parent / "out.txt").exists()


def test_one_project_is_one_submission(tmp_path):
    """A single zip of a project is no zip of all."""
    write(tmp_path, {"anna.zip": ZIP})

    with downloads_in(tmp_path / "anna.zip") as found:
        assert [each.name for each in found.submissions] == ["anna.zip"]


def counted(rows):
    """Return the cells of each row that tell whose it is."""
    lines = csv.DictReader(io.StringIO(render_csv(RUBRIC, rows)))
    return [(line["student"], line["id"], line["attempt"], line["late"], line["counts"]) for line in lines]


def test_the_table_says_which_attempt_counts():
    """Of each person the last in time that is graded counts; a late or refused one only where no other is."""
    anna = Label("anna", "1", "9", is_late=False)
    rows = [
        Row("a", report(), "graded", anna),
        Row("b", report(), "graded", replace(anna, attempt="10")),
        Row("c", report(), "graded", replace(anna, attempt="11", is_late=True)),
        Row("d", "refused", "refused", replace(anna, attempt="12")),
        Row("e", "refused", "refused", Label("ben", "2", "1")),
        Row("f", report(), "graded"),
        Row("g", report(), "graded"),
    ]

    assert counted(rows) == [
        ("anna", "1", "9", "no", "no"),
        ("anna", "1", "10", "no", "yes"),
        ("anna", "1", "11", "yes", "no"),
        ("anna", "1", "12", "no", "no"),
        ("ben", "2", "1", "", "yes"),
        ("", "", "", "", "yes"),
        ("", "", "", "", "yes"),
    ]


def test_lateness_follows_from_a_deadline():
    """Where a system says when, the deadline says whether; the whole minute is in time."""
    due = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)
    label = Label(received_at=datetime(2026, 11, 20, 10, 15, 59))  # noqa: DTZ001 - as Blackboard writes it

    assert label.with_lateness(due, UTC).is_late is False
    assert (
        replace(label, received_at=datetime(2026, 11, 20, 10, 16, tzinfo=UTC)).with_lateness(due, UTC).is_late
    )
    assert label.with_lateness(None, UTC).is_late is None
    assert replace(label, is_late=True).with_lateness(due, UTC).is_late is True
