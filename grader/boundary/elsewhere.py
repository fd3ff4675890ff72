"""Modules that grading lacks: an import of one raises a sentence, in grading and on a student's machine.

It imports only the standard library.
"""

import sys
from collections.abc import Callable, Collection
from importlib.machinery import ModuleSpec

HAS = "Grading has Python's standard library and numpy only"
ADVICE = "{asking} imports {name}. {has}. Import {name} inside a demo or the function that draws."
MISPLACED = "{asking} imports {name}, which is in {place}. Put it at the top of the project or in src/."
KNOWN = sys.stdlib_module_names | {"numpy", "grader", "tests"}


class Elsewhere:
    """A finder that refuses the modules that grading lacks, even where this machine has them."""

    def __init__(self, is_own: Callable[[str], bool], paths: Callable[[], Collection[str]]) -> None:
        """Refuse modules to code in files that are `is_own`; look for misplaced ones in `paths()`."""
        self._is_own = is_own
        self._paths = paths

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Raise ModuleNotFoundError for a module at the top that the submission asks for."""
        del target
        if path is None and name not in KNOWN and (asking := self._asking()):
            raise ModuleNotFoundError(sentence(asking, name, self._paths()), name=name)
        return None

    def _asking(self) -> str | None:
        """Return the submission's file and line that imports, or None where other code does."""
        frame = sys._getframe(2)  # noqa: SLF001 - the only way to know who imports
        while frame is not None:
            file = frame.f_code.co_filename
            if self._is_own(file):
                return f"{file} line {frame.f_lineno}"
            if "importlib" not in file and file != __file__:
                return None
            frame = frame.f_back  # type: ignore[assignment]
        return None


def sentence(asking: str, name: str, paths: Collection[str]) -> str:
    """Return the sentence about the absent module `name`: why, and the next step."""
    place = nearest_place(name, paths)
    if place:
        return MISPLACED.format(asking=asking, name=name, place=place)
    return ADVICE.format(asking=asking, name=name, has=HAS)


def nearest_place(name: str, paths: Collection[str]) -> str | None:
    """Return the place of a module or package with that name among the paths, or None."""
    for path in sorted(paths, key=lambda each: (each.count("/"), each)):
        parts = path.split("/")
        for depth, part in enumerate(parts, start=1):
            if part.lower() in {name.lower(), f"{name.lower()}.py"} and path.endswith(".py"):
                return "/".join(parts[:depth])
    return None
