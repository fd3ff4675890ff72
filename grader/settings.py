"""Settings from the environment, read once, typed; a wrong one names its key and value."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from grader.assignment_folder import RUBRIC, VARIABLE, assignment_folder

MANY = 100


class SettingsError(ValueError):
    """An environment variable has a value that cannot be used."""


@dataclass(frozen=True)
class Settings:
    """The grader's settings.

    Attributes: `assignment` (GRADER_ASSIGNMENT: the folder with rubric.yaml), `runner` (GRADER_RUNNER: a
    runner's name, or None for the strongest), `data_dir` (GRADER_DATA_DIR: where the grader keeps its own),
    and for the docker runner `docker_image` (GRADER_DOCKER_IMAGE), `docker_runtime` (GRADER_DOCKER_RUNTIME:
    None for the engine's default) and `pool` (GRADER_POOL: containers kept ready).
    """

    assignment: Path
    runner: str | None
    data_dir: Path
    docker_image: str
    docker_runtime: str | None
    pool: int


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings that `environment` states. Raises SettingsError."""
    assignment = assignment_folder(environment)
    if not (assignment / RUBRIC).is_file():
        raise SettingsError(
            f"{VARIABLE}={str(assignment)!r}: no {RUBRIC} there; set it to an assignment's folder"
        )
    data_dir = Path(environment.get("GRADER_DATA_DIR") or platformdirs.user_data_path("grader"))
    return Settings(
        assignment=assignment.resolve(),
        runner=environment.get("GRADER_RUNNER") or None,
        data_dir=data_dir,
        docker_image=environment.get("GRADER_DOCKER_IMAGE") or "grader-sandbox",
        docker_runtime=environment.get("GRADER_DOCKER_RUNTIME") or None,
        pool=_count(environment, "GRADER_POOL", 2),
    )


def _count(environment: Mapping[str, str], key: str, default: int) -> int:
    """Return the value of a variable as a whole number. Raises SettingsError."""
    stated = environment.get(key) or str(default)
    if not stated.isascii() or not stated.isdigit() or int(stated) > MANY:
        raise SettingsError(f"{key}={stated!r}: not a number from 0 to {MANY}")
    return int(stated)
