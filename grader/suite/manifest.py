"""The suite's own settings: suite.yaml in the folder of the cases."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from grader.assignment_folder import RUBRIC
from grader.boundary.interface import Interface
from grader.core.document import Document, parse_document
from grader.sandbox.runner import MEBI, Allowance

FILE = "suite.yaml"
FUNCTION = re.compile(r"[\w.]+:\w+", re.ASCII)
KEYS = ("limits", "deferred", "seconds", "folders", "provided", "second_stage", "data_check")
LIMITS = (
    *("test_seconds", "run_seconds", "timeouts"),
    *("memory_mebibytes", "output_kibibytes", "answers_mebibytes", "suite_mebibytes"),
)


@dataclass(frozen=True)
class Manifest:
    """How a suite is run.

    Attributes: `test_seconds` and `run_seconds` (fair time), `answers` (bytes that a submission may send in
    one test), `timeouts` (how many tests of a stage may time out before the rest does not run),
    `suite_memory` (bytes that a job's fork of the suite's process may hold), `allowance` (of a student
    process), `interface`, `folders` (for each environment variable that names a folder to a submission: the
    function that finds the folder, as "module:function"), `provided` (modules that replace the submission's
    own: their path there, and here), `second_stage` (classes that run last, in a process of their own),
    `data_check` (a module that exits with 0 if the suite's data is there; empty if it needs none).
    """

    test_seconds: float
    run_seconds: float
    answers: int
    timeouts: int
    suite_memory: int
    allowance: Allowance
    interface: Interface
    folders: Mapping[str, str]
    provided: Mapping[str, str]
    second_stage: frozenset[str]
    data_check: str

    def find_folders(self) -> dict[str, str]:
        """Return the existing folders that a submission may read, by variable.

        It imports modules of the assignment, so only the suite's process may call it.
        """
        found = {}
        for variable, place in self.folders.items():
            module, _, function = place.partition(":")
            folder = getattr(import_module(module), function)()
            if folder is not None:
                found[variable] = str(folder)
        return found

    def within(self, test_seconds: float | None, run_seconds: float | None) -> "Manifest":
        """Return these settings with other time limits, where they are given."""
        return replace(
            self,
            test_seconds=self.test_seconds if test_seconds is None else test_seconds,
            run_seconds=self.run_seconds if run_seconds is None else run_seconds,
        )


def suite_of(root: Path) -> str:
    """Return the folder of the suite, as the rubric of the assignment in `root` names it.

    It reads no more of the rubric. Raises DocumentError, OSError.
    """
    return parse_document((root / RUBRIC).read_text(encoding="utf-8"), RUBRIC).text("suite")


def load_manifest(root: Path, suite: str) -> Manifest:
    """Return the settings of the suite in the folder `suite` below `root`. Raises DocumentError, OSError."""
    return parse_manifest((root / suite / FILE).read_text(encoding="utf-8"), f"{suite}/{FILE}")


def parse_manifest(text: str, name: str = FILE) -> Manifest:
    """Return the settings that `text` states. Raises DocumentError with line and key."""
    document = parse_document(text, name)
    document.reject_unknown(*KEYS)
    limits = document.mapping("limits")
    limits.reject_unknown(*LIMITS)
    return Manifest(
        test_seconds=limits.number("test_seconds", of="seconds", minimum=0.1),
        run_seconds=limits.number("run_seconds", of="seconds", minimum=1),
        answers=limits.integer("answers_mebibytes", of="MiB", minimum=1, default=128) * MEBI,
        timeouts=limits.integer("timeouts", of="tests", minimum=1, default=5),
        suite_memory=limits.integer("suite_mebibytes", of="MiB", minimum=256, default=512) * MEBI,
        allowance=Allowance(
            memory=limits.integer("memory_mebibytes", of="MiB", minimum=256) * MEBI,
            output=limits.integer("output_kibibytes", of="KiB", minimum=1) << 10,
        ),
        interface=_interface(document),
        folders=_folders(document) if "folders" in document else {},
        provided=document.texts_by_key("provided") if "provided" in document else {},
        second_stage=frozenset(document.texts("second_stage", default=())),
        data_check=document.text("data_check", default=""),
    )


def _folders(document: Document) -> dict[str, str]:
    functions = document.texts_by_key("folders")
    for variable, place in functions.items():
        if not FUNCTION.fullmatch(place):
            message = f"{place!r} does not name a function; write module:function"
            raise document.mapping("folders").error(variable, message)
    return functions


def _interface(document: Document) -> Interface:
    seconds = document.numbers_by_key("seconds", of="seconds", minimum=0.1) if "seconds" in document else {}
    if "deferred" not in document:
        return Interface(seconds=seconds)
    deferred = document.mapping("deferred")
    deferred.reject_unknown("adapters", "methods", "attributes")
    return Interface(
        adapters=frozenset(deferred.texts("adapters", default=())),
        methods=frozenset(deferred.texts("methods", default=())),
        attributes=frozenset(deferred.texts("attributes", default=())),
        seconds=seconds,
    )
