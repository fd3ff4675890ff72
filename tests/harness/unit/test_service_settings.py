"""The settings of the service: defaults that work, messages for what does not, a line of docs for each."""

from pathlib import Path

import pytest

from grader.service_settings import read_service_settings, variables
from grader.settings import SettingsError

MANUAL = Path(__file__).resolve().parents[3] / "docs" / "operator.md"
OWN = ("GRADER_ASSIGNMENT", "GRADER_RUNNER", "GRADER_DATA_DIR")


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """Leave nothing in the environment but a data folder."""
    for name in (*variables(), *OWN):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GRADER_DATA_DIR", str(tmp_path))
    return monkeypatch


def test_nothing_needs_to_be_set(tmp_path):
    """Without any variable it is SQLite in the data folder, on this machine only."""
    settings = read_service_settings()

    assert settings.database == f"sqlite:///{tmp_path}/grader.db"
    assert settings.url == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GRADER_PORT", "eighty"),
        ("GRADER_PORT", "70000"),
        ("GRADER_SLOTS", "0"),
        ("GRADER_STOP_SECONDS", "-1"),
        ("GRADER_UPLOAD_BYTES", "12"),
        ("GRADER_ASSIGNMENT", "/nowhere"),
    ],
)
def test_a_wrong_value_is_named(environment, name, value):
    """The message has key and value."""
    environment.setenv(name, value)

    with pytest.raises(SettingsError, match=f"{name}=.*{value}"):
        read_service_settings()


@pytest.mark.parametrize(
    ("name", "value"), [("DATABASE_URL", "mysql://me:secret@host/db"), ("GRADER_SECRET", "secret")]
)
def test_a_wrong_secret_is_not_repeated(environment, name, value):
    """The message has the key, and not the value, which others may read in a log."""
    environment.setenv(name, value)

    with pytest.raises(SettingsError, match=name) as wrong:
        read_service_settings()

    assert "secret@" not in str(wrong.value)
    assert "='secret'" not in str(wrong.value)


def test_secrets_do_not_show(environment):
    """Settings that are printed or logged show neither password nor secret."""
    environment.setenv("DATABASE_URL", "postgresql://me:hidden@host/db")
    environment.setenv("GRADER_SECRET", "ab" * 32)

    shown = repr(read_service_settings())

    assert "hidden" not in shown
    assert "abab" not in shown


@pytest.mark.parametrize("name", [*variables(), *OWN])
def test_every_setting_is_in_the_manual(name):
    """docs/operator.md has a row for each variable."""
    assert f"| `{name}` |" in MANUAL.read_text(encoding="utf-8")
