"""Lists as JSON: every command that lists has --json, with stable names, and nothing else on the output."""

import json
from datetime import datetime

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from grader.cli.main import app
from tests.grader.support.operator import Operator

NAME = "\u202eEva\x1b[2J \u6f22\u5b57"
LISTS = [  # the commands that list
    *("course list", "user list", "user tokens", "status", "audit", "doctor", "prune", "rubric check"),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a function that runs a command on a store with a course and a person; it returns the output."""
    operator = Operator(tmp_path_factory.mktemp("operator"))
    operator.store()
    runner = CliRunner()

    def command(*words):
        done = runner.invoke(app, list(words), env=operator.variables)
        assert done.exit_code == 0, (done.output, done.exception)
        return done.stdout

    command("course", "create", "autumn", "--title", "Autumn", "--due", "2026-12-18")
    command("user", "add", "eva@example.edu", "--name", NAME, "--section", "B", "--print-token")
    return command


@pytest.mark.parametrize("words", LISTS)
def test_every_list_has_json(words):
    """A command that lists takes --json as a flag."""
    command = get_command(app)
    for word in words.split():
        command = command.commands[word]

    [option] = [each for each in command.params if "--json" in each.opts]

    assert option.is_flag


def test_courses(run):
    """A course has its zone, and its assignments with their deadlines."""
    [course] = json.loads(run("course", "list", "--json"))["courses"]
    [assignment] = course.pop("assignments")

    assert course == {"id": "autumn", "title": "Autumn", "time_zone": "UTC"}
    assert assignment.keys() == {"id", "title", "due_at"}
    due = datetime.fromisoformat(assignment["due_at"])
    assert due.date().isoformat() == "2026-12-18"
    assert due.utcoffset() is not None


def test_people(run):
    """A person has address, role, section and name; a line has no control characters."""
    output, lines = run("user", "list", "--json"), run("user", "list").splitlines()

    assert json.loads(output) == {
        "people": [
            {
                "email": "eva@example.edu",
                "role": "student",
                "section": "B",
                "name": NAME,
                "disabled": False,
            }
        ]
    }
    assert output.isascii()
    assert lines == ["eva@example.edu\tstudent\tB\t\ufffdEva \u6f22\u5b57"]


def test_tokens(run):
    """A token has its public half and its ends."""
    [token] = json.loads(run("user", "tokens", "eva@example.edu", "--json"))["tokens"]

    assert token.keys() == {"id", "label", "expires_at", "last_used_at", "revoked_at"}
    assert token["revoked_at"] is None


def test_actions(run):
    """An action has its time, person, subject, course and reason, the newest first."""
    actions = json.loads(run("audit", "--json"))["actions"]

    assert actions[-1].keys() == {"at", "actor", "action", "subject", "course", "reason"}
    assert actions[-1]["action"] == "create course"
    assert len(run("audit").splitlines()) == len(actions)


def test_space(run):
    """Prune lists rows and bytes of each kind, and whether they are removed."""
    before, after = (json.loads(run("prune", "--json", *more)) for more in ([], ["--delete"]))

    assert before.keys() == {"kinds", "deleted"}
    assert all(each.keys() == {"kind", "rows", "bytes"} for each in before["kinds"])
    assert (before["deleted"], after["deleted"]) == (False, True)


def test_the_rubric(run):
    """The check of a rubric lists its problems with the number of their tests, and the differences."""
    document = json.loads(run("rubric", "check", "--json"))

    assert document.keys() == {"differences", "points", "bonus_points", "problems"}
    assert document["differences"] == []
    assert (
        sum(each["points"] for each in document["problems"]) == document["points"] + document["bonus_points"]
    )
    assert all(each["count"] for each in document["problems"])
