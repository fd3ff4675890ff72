"""Settings from the environment, read once, typed; a wrong one names its key and value."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs


class SettingsError(ValueError):
    """An environment variable has a value that cannot be used."""


@dataclass(frozen=True)
class Settings:
    """What the grader takes from its environment.

    Attributes: `assignment` (GRADER_ASSIGNMENT: the folder with rubric.yaml), `runner` (GRADER_RUNNER: a
    runner's name, or None for the strongest), `data_dir` (GRADER_DATA_DIR: where the grader keeps its own).
    """

    assignment: Path
    runner: str | None
    data_dir: Path


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings that `environment` states. Raises SettingsError."""
    assignment = Path(environment.get("GRADER_ASSIGNMENT", Path(__file__).parents[1]))
    if not (assignment / "rubric.yaml").is_file():
        raise SettingsError(
            f"GRADER_ASSIGNMENT={str(assignment)!r}: no rubric.yaml there; set it to an assignment's folder"
        )
    data_dir = Path(environment.get("GRADER_DATA_DIR") or platformdirs.user_data_path("grader"))
    return Settings(assignment.resolve(), environment.get("GRADER_RUNNER") or None, data_dir)
