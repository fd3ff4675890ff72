"""Settings from the environment."""

from pathlib import Path

import pytest

from grader.settings import SettingsError, read_settings


def test_without_variables_the_project_itself_is_the_assignment():
    """In a checkout the assignment is the checkout; the runner is not chosen."""
    settings = read_settings({})

    assert (settings.assignment / "rubric.yaml").is_file()
    assert settings.runner is None


def test_variables_are_taken(tmp_path):
    """Each variable sets its field."""
    (tmp_path / "rubric.yaml").touch()
    environment = {"GRADER_ASSIGNMENT": str(tmp_path), "GRADER_RUNNER": "process", "GRADER_DATA_DIR": "/data"}

    settings = read_settings(environment)

    assert (settings.assignment, settings.runner, settings.data_dir) == (tmp_path, "process", Path("/data"))


def test_a_wrong_value_names_its_key(tmp_path):
    """A folder that holds no rubric is an error that names the variable and the value."""
    with pytest.raises(SettingsError, match=f"GRADER_ASSIGNMENT='{tmp_path}': no rubric.yaml"):
        read_settings({"GRADER_ASSIGNMENT": str(tmp_path)})
