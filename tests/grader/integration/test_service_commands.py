"""The service by its commands: people, rosters, handing in from a terminal, backups."""

import re
import shutil
import subprocess
import sys
from contextlib import closing

import pytest

from tests.assignment.samples import ROOT
from tests.grader.support.site import Site
from tests.grader.support.small_assignments import write_first_part

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Return a running service on a small assignment."""
    with closing(Site(tmp_path_factory.mktemp("service"), write=write_first_part)) as site:
        site.serve()
        yield site


@pytest.fixture
def grader(service, tmp_path):
    """Return a function that runs a command against the service, in an empty folder."""

    def run(*arguments, **variables):
        command = [sys.executable, "-m", "grader", *map(str, arguments)]
        client = {"GRADER_URL": service.url, "COLUMNS": "100", "HOME": str(tmp_path)}
        environment = {**service.environment, **client, **variables}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    return run


def new_student(grader, name):
    """Add a student and return the token, which is printed once."""
    done = grader("user", "add", f"{name}@example.edu", "--print-token")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def test_a_student_hands_in_a_folder(grader):
    """A project is packed, graded and its table printed; `status` and `report` find it again."""
    token = new_student(grader, "anna")

    done = grader("submit", ROOT / "reference", GRADER_TOKEN=token)
    submission = re.search(r"submission (\w+)", done.stderr)[1]
    listed = grader("status", GRADER_TOKEN=token)
    again = grader("report", submission, GRADER_TOKEN=token)

    assert done.returncode == 0, done.stderr
    assert "15 / 15" in done.stdout
    assert f"{submission}\t" in listed.stdout
    assert "graded\t15 / 15" in listed.stdout
    assert "15 / 15" in again.stdout
    assert again.returncode == 0


def test_a_submission_that_cannot_be_imported_ends_with_1(grader, tmp_path):
    """The table says why, and the status that not all could be judged."""
    project = tmp_path / "broken"
    shutil.copytree(ROOT / "reference", project, ignore=shutil.ignore_patterns("__pycache__"))
    (project / "tests" / "adapters.py").write_text("def f(:\n")

    done = grader("submit", project, GRADER_TOKEN=new_student(grader, "ben"))

    assert done.returncode == 1
    assert "0 / 15" in done.stdout


def test_what_is_refused_is_refused_before_it_travels(grader, tmp_path):
    """Intake's rules hold at home already, with status 3."""
    (tmp_path / "work.zip").write_text("no zip")

    done = grader("submit", "work.zip", GRADER_TOKEN=new_student(grader, "carl"))

    assert done.returncode == 3
    assert "not-a-zip" in done.stderr


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"GRADER_TOKEN": "grader_wrong.token"}, "wrong, revoked or expired"),
        ({"GRADER_TOKEN": "x", "GRADER_URL": "http://127.0.0.1:9"}, "cannot be reached"),
    ],
)
def test_a_service_that_says_no(grader, variables, words):
    """A wrong token and a wrong address are told in a sentence, with status 2."""
    done = grader("status", **variables)

    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_tokens_are_listed_and_revoked(grader):
    """A list shows public halves only; a revoked token opens nothing."""
    token = new_student(grader, "dora")
    public = token.removeprefix("grader_").partition(".")[0]

    listed = grader("user", "tokens", "dora@example.edu")
    revoked = grader("user", "revoke", public)
    after = grader("status", GRADER_TOKEN=token)

    assert public in listed.stdout
    assert token.partition(".")[2] not in listed.stdout
    assert revoked.returncode == 0
    assert after.returncode == 2


def test_a_person_is_shut_out(grader):
    """All tokens of one person end with one command; a person whom nobody knows is a usage error."""
    token = new_student(grader, "elsa")

    done = grader("user", "shut-out", "elsa@example.edu")
    after = grader("status", GRADER_TOKEN=token)
    unknown = grader("user", "shut-out", "nobody@example.edu")

    assert done.returncode == 0, done.stderr
    assert after.returncode == unknown.returncode == 2


def test_a_roster_is_shown_before_it_is_taken(grader, tmp_path):
    """A dry run changes nothing; the real one adds people, and a second one changes nothing more."""
    roster = tmp_path / "roster.csv"
    roster.write_text("First Name,Last Name,Email,Sections,Role\nEva,Ek,eva@example.edu,B,Student\n")

    shown = grader("course", "import-roster", roster, "--dry-run")
    before = grader("user", "list").stdout
    done = grader("course", "import-roster", roster)
    after = grader("user", "list").stdout
    twice = grader("course", "import-roster", roster)

    assert "add\teva@example.edu\tstudent\tB" in shown.stdout
    assert "eva@example.edu" not in before
    assert "1 of 1 changed" in done.stdout
    assert "eva@example.edu\tstudent\tB\tEva Ek" in after
    assert "0 of 1 changed" in twice.stdout


def test_a_backup_of_the_running_service(grader, tmp_path):
    """A backup is written while the service runs, and an empty data folder is filled from it, once."""
    new_student(grader, "fred")

    saved = grader("backup", "backup")
    other = grader("restore", "backup", GRADER_DATA_DIR=str(tmp_path / "new"), GRADER_SECRET="0" * 64)
    restored = grader("restore", "backup", GRADER_DATA_DIR=str(tmp_path / "new"))
    people = grader("user", "list", GRADER_DATA_DIR=str(tmp_path / "new"))
    over = grader("restore", "backup")

    assert saved.returncode == restored.returncode == 0, restored.stderr
    assert "fred@example.edu" in people.stdout
    assert (tmp_path / "new" / "seed-secret").stat().st_mode & 0o777 == 0o600
    assert (other.returncode, over.returncode) == (2, 2)
    assert "GRADER_SECRET: the backup was made with another one" in other.stderr
    assert "not empty" in over.stderr


def test_a_deadline_is_repeated_in_words_and_can_be_edited(grader, tmp_path):
    """The instant is said in the course's time zone at each change, and in the list."""
    own = {"DATABASE_URL": f"sqlite:///{tmp_path}/own.db"}
    zone = ("--time-zone", "Europe/Berlin")
    made = grader("course", "create", "winter", "--due", "2026-12-18", *zone, **own)
    moved = grader("course", "edit", "winter", "--due", "2026-12-20 12:00", **own)
    listed = grader("course", "list", **own)
    removed = grader("course", "edit", "winter", "--no-due", **own)

    assert "due Friday 18 December 2026, 23:59 CET (Europe/Berlin; 22:59 UTC)" in made.stdout, made.stderr
    assert "due Sunday 20 December 2026, 12:00 CET (Europe/Berlin; 11:00 UTC)" in moved.stdout, moved.stderr
    assert "Sunday 20 December 2026, 12:00 CET" in listed.stdout
    assert "no deadline" in removed.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["user", "add", "nobody"], "no e-mail address"),
        (["user", "add", "a@b.c", "--role", "dean"], "must be one of"),
        (["user", "token", "nobody@example.edu"], "no user has the address"),
        (["user", "list", "--course", "other"], "the courses are course"),
        (["course", "create", "course"], "there is a course 'course' already"),
        (["course", "create", "No Name"], "small letters"),
        (["course", "create", "new", "--due", "18.12.2026"], "enter one such as 2026-12-18"),
        (["course", "create", "new", "--time-zone", "Berlin"], "there is no time zone 'Berlin'"),
        (["course", "edit", "--assignment", "other"], "--assignment other: course course has"),
    ],
)
def test_wrong_use_of_the_service(grader, arguments, words):
    """A usage error names the wrong argument, with status 2."""
    done = grader(*arguments)

    assert done.returncode == 2
    assert words in done.stderr


def test_a_student_with_the_template_only(grader, service, tmp_path):
    """The template's own program hands in with the standard library alone, and prints the report as text."""
    grader("template", "export", tmp_path / "project", GRADER_ASSIGNMENT=str(ROOT))
    shutil.copytree(ROOT / "reference", tmp_path / "project", dirs_exist_ok=True)
    command = [
        sys.executable,
        "-I",
        "-S",
        tmp_path / "project" / "submit.py",
        service.url,
    ]

    def submit(token):
        environment = {"GRADER_TOKEN": token}
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    done, refused = submit(new_student(grader, "gina")), submit("grader_wrong.token")

    assert done.returncode == 0, done.stderr
    assert "15 / 15" in done.stdout
    assert refused.returncode == 1
    assert "wrong, revoked or expired" in refused.stderr


def test_a_link_is_made_for_as_long_as_the_setting_says(grader):
    """Standard output has the link alone, to be mailed; the lifetimes are told beside it."""
    new_student(grader, "hal")

    done = grader("user", "link", "hal@example.edu", GRADER_LINK_HOURS="36")

    assert re.fullmatch(r"http://\S+/login/\S+\n", done.stdout)
    assert "works once, within 36 hours. It signs a browser in for 12 hours." in done.stderr


def test_the_audit_is_listed(grader):
    """The audit lists the operator's actions, newest first, and filters them by their subject."""
    new_student(grader, "gil")
    grader("user", "link", "gil@example.edu")

    listed = grader("audit", "--subject", "gil@example.edu")
    nothing = grader("audit", "--actor", "nobody@example.edu")

    assert listed.returncode == 0, listed.stderr
    assert [line.split("\t")[1:4] for line in listed.stdout.splitlines()] == [
        ["operator", "issue link", "gil@example.edu"],
        ["operator", "set role", "gil@example.edu"],
    ]
    assert (nothing.returncode, nothing.stdout) == (0, "")
