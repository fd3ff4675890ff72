"""The student's token: from the environment, from a private file, or from a prompt."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from grader.settings import SettingsError

VARIABLE = "GRADER_TOKEN"
FILE = Path(".config", "grader", "token")  # below the home folder
OTHERS = 0o077
HAS_MODES = os.name == "posix"


def find_token(environment: Mapping[str, str], home: Path, ask: Callable[[], str]) -> str:
    """Return the token, by `ask` when it is nowhere. Raises SettingsError for a file that others can read."""
    return environment.get(VARIABLE, "").strip() or _from_file(home / FILE) or ask().strip()


def _from_file(file: Path) -> str:
    if not file.is_file():
        return ""
    if HAS_MODES and file.stat().st_mode & OTHERS:
        raise SettingsError(f"other users can read {file} and the token in it: run `chmod 600 {file}`")
    return file.read_text(encoding="utf-8").strip()
