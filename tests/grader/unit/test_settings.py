"""Settings from the environment."""

from pathlib import Path

import pytest

from grader.settings import SettingsError, read_settings


def test_without_variables_the_project_itself_is_the_assignment():
    """In a checkout the assignment is the checkout; the runner is not chosen."""
    settings = read_settings({})

    assert (settings.assignment / "rubric.yaml").is_file()
    assert settings.runner is None
    assert (settings.docker_image, settings.docker_runtime, settings.pool) == ("grader-sandbox", None, 2)


def test_variables_are_taken(tmp_path):
    """Each variable sets its field."""
    (tmp_path / "rubric.yaml").touch()
    environment = {"GRADER_ASSIGNMENT": str(tmp_path), "GRADER_RUNNER": "process", "GRADER_DATA_DIR": "/data"}

    settings = read_settings(environment)

    assert (settings.assignment, settings.runner, settings.data_dir) == (tmp_path, "process", Path("/data"))


def test_the_docker_runner_is_set_by_variables():
    """Image, runtime and the size of the pool are taken; a pool may be empty."""
    environment = {"GRADER_DOCKER_IMAGE": "mine", "GRADER_DOCKER_RUNTIME": "runsc", "GRADER_POOL": "0"}

    settings = read_settings(environment)

    assert (settings.docker_image, settings.docker_runtime, settings.pool) == ("mine", "runsc", 0)


@pytest.mark.parametrize("value", ["-1", "2.5", "many", "101", "\N{SUPERSCRIPT TWO}"])
def test_a_pool_is_a_number(value):
    """Anything else is an error that names the variable and the value."""
    with pytest.raises(SettingsError, match=f"GRADER_POOL='{value}': not a number from 0 to 100"):
        read_settings({"GRADER_POOL": value})


def test_a_wrong_value_names_its_key(tmp_path):
    """A folder that holds no rubric is an error that names the variable and the value."""
    with pytest.raises(SettingsError, match=f"GRADER_ASSIGNMENT='{tmp_path}': no rubric.yaml"):
        read_settings({"GRADER_ASSIGNMENT": str(tmp_path)})
