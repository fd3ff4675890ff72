"""The service's settings: typed, with key and value when wrong, and all of them documented."""

from pathlib import Path

import pytest

from grader.service_settings import read_service_settings, variables
from grader.settings import SettingsError

OPERATOR_GUIDE = Path(__file__).resolve().parents[3] / "docs" / "operator.md"
OF_GRADING = (
    "GRADER_ASSIGNMENT",
    "GRADER_RUNNER",
    "GRADER_DATA_DIR",
    "GRADER_DOCKER_IMAGE",
    "GRADER_DOCKER_RUNTIME",
    "GRADER_POOL",
)


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """Return a function that sets a variable; none of the machine's own is left."""
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GRADER_DATA_DIR", str(tmp_path))
    return monkeypatch.setenv


def test_without_variables_everything_is_local(tmp_path):
    """The API listens to this machine only and keeps everything in an SQLite file in the data folder."""
    settings = read_service_settings()

    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.database == f"sqlite:///{tmp_path}/grader.db"
    assert settings.url == "http://127.0.0.1:8000"


def test_variables_are_taken(environment):
    """Each variable sets its field, with its type."""
    environment("GRADER_PORT", "81")
    environment("DATABASE_URL", "postgresql://host/name")
    environment("GRADER_SLOTS", "7")
    environment("GRADER_PUBLIC_URL", "https://grader.example.edu/")

    settings = read_service_settings()

    assert (settings.port, settings.slots) == (81, 7)
    assert settings.database == "postgresql://host/name"
    assert settings.url == "https://grader.example.edu"


def test_a_service_that_listens_everywhere_is_reached_on_this_machine(environment):
    """Links name no address that nobody can go to."""
    environment("GRADER_HOST", "0.0.0.0")  # noqa: S104 - nothing listens

    assert read_service_settings().url == "http://localhost:8000"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("GRADER_PORT", "http", "GRADER_PORT='http'"),
        ("GRADER_PORT", "70000", "GRADER_PORT='70000'.*65535"),
        ("GRADER_SLOTS", "0", "GRADER_SLOTS='0'"),
        ("GRADER_UPLOAD_BYTES", "12", "GRADER_UPLOAD_BYTES='12'"),
        ("GRADER_STOP_SECONDS", "-1", "GRADER_STOP_SECONDS='-1'"),
        ("DATABASE_URL", "mysql://host/x", "DATABASE_URL.*postgresql://"),
        ("GRADER_SECRET", "short", "GRADER_SECRET.*64 hexadecimal"),
    ],
)
def test_a_wrong_value_names_its_key(environment, name, value, message):
    """A wrong value stops the start with the variable, the value, and the values that are allowed."""
    environment(name, value)

    with pytest.raises(SettingsError, match=message):
        read_service_settings()


@pytest.mark.parametrize(
    ("name", "value"), [("DATABASE_URL", "mysql://u:hunter2@host/x"), ("GRADER_SECRET", "hunter2")]
)
def test_a_wrong_secret_is_not_shown(environment, name, value):
    """A value that is a secret stays one when it is wrong."""
    environment(name, value)

    with pytest.raises(SettingsError) as raised:
        read_service_settings()

    assert "hunter2" not in str(raised.value)


def test_a_secret_does_not_show_in_the_settings(environment):
    """Printed settings hold no password."""
    environment("DATABASE_URL", "postgresql://u:hunter2@host/x")

    assert "hunter2" not in repr(read_service_settings())


@pytest.mark.parametrize("name", [*variables(), *OF_GRADING])
def test_every_variable_is_documented(name):
    """docs/operator.md has a line of its table for each variable."""
    assert f"| `{name}` |" in OPERATOR_GUIDE.read_text()
