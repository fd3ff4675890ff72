"""The names that learning management systems give to downloads, each read into a label."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from grader.core.label import Label
from grader.core.leftovers import OF_SYSTEMS

ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz", ".7z", ".rar")
NO_SUBMISSIONS = frozenset({"submission_metadata.yml", *(name.lower() for name in OF_SYSTEMS)})

_MOODLE = re.compile(
    r"(?P<student>.+?)_(?P<id>\d+)_assignsubmission_(?P<kind>file|onlinetext)(?:_.*)?", re.DOTALL
)
_CANVAS = re.compile(
    r"(?P<student>[^_]+)_(?:(?P<late>LATE)_)?(?P<id>\d+)_(?P<attempt>\d+)_(?P<file>.+)", re.DOTALL
)
_BLACKBOARD = re.compile(
    r"(?P<work>.+)_(?P<id>[^_]+)_attempt_(?P<date>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)(?:_(?P<file>.+)|\.txt)?",
    re.DOTALL,
)
_NAME_LINE = re.compile(r"^Name:\s*(?P<student>.+?)\s*\((?P<id>[^()]+)\)\s*$", re.MULTILINE)


def label_of(name: str) -> Label | None:
    """Return the label in the name of a file or folder, or None for other names."""
    for pattern, read in _READERS.items():
        if found := pattern.fullmatch(name):
            return read(found.groupdict())
    return None


def is_text_of_moodle(name: str) -> bool:
    """Tell whether a folder holds text that a student typed into Moodle, which is no submission."""
    found = _MOODLE.fullmatch(name)
    return bool(found) and found["kind"] == "onlinetext" if found else False


def is_note_of_blackboard(name: str) -> bool:
    """Tell whether a file is the text that Blackboard puts beside each attempt."""
    found = _BLACKBOARD.fullmatch(name)
    return bool(found) and found["file"] is None and name.endswith(".txt") if found else False


def label_in_note(text: str) -> tuple[str, str] | None:
    """Return student and id as Blackboard's text beside an attempt names them."""
    found = _NAME_LINE.search(text)
    return (found["student"], found["id"]) if found else None


def is_archive(name: str) -> bool:
    """Tell whether a name ends as that of an archive."""
    return name.lower().endswith(ARCHIVES)


def is_no_submission(name: str) -> bool:
    """Tell whether a name belongs to a file that systems and programs leave beside submissions."""
    return name.startswith((".", "~$")) or name.lower() in NO_SUBMISSIONS


def _moodle(found: Mapping[str, str | None]) -> Label:
    return Label(found["student"] or "", found["id"] or "")


def _canvas(found: Mapping[str, str | None]) -> Label:
    return Label(
        found["student"] or "", found["id"] or "", found["attempt"] or "", is_late=found["late"] is not None
    )


def _blackboard(found: Mapping[str, str | None]) -> Label:
    date = datetime.strptime(found["date"] or "", "%Y-%m-%d-%H-%M-%S")  # noqa: DTZ007 - of the zone that the caller knows
    return Label(found["id"] or "", found["id"] or "", f"{date:%Y-%m-%d %H:%M:%S}", date)


_READERS: Mapping[re.Pattern[str], Callable[[Mapping[str, str | None]], Label]] = {
    _MOODLE: _moodle,
    _BLACKBOARD: _blackboard,
    _CANVAS: _canvas,
}
