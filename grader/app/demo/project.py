"""A project of the demo, as files: the reference with mistakes in it, and without what is not there yet."""

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path

from grader.app.demo.mistakes import DemoCourse
from grader.app.demo.plan import Twist, Work
from grader.intake.adapters_file import ADAPTERS
from grader.template.files import read_files
from grader.template.generate import REFERENCE, generate

NOT_THERE = "raise NotImplementedError"
BROKEN = "\n\ndef almost(there:\n    pass\n"
HOSTILE = (
    "<script>document.title = 'owned'</script><img src=x onerror=alert(1)> "
    "\x1b]0;owned\x07\x1b[31mred\x1b[2J \N{RIGHT-TO-LEFT OVERRIDE}drawkcab {{ 7 * 7 }} &amp;"
)


class Projects:
    """Makes the projects of an assignment's demo."""

    def __init__(self, root: Path, course: DemoCourse) -> None:
        """Read the reference in the folder `root`, which is no student's, and the template that it makes."""
        self._course = course
        self._reference = read_files(root / REFERENCE)
        self._stubs = _functions(generate(root / REFERENCE)[ADAPTERS].decode())

    def files(self, work: Work) -> dict[str, bytes]:
        """Return a project in that state. Raises DocumentError when a mistake does not apply."""
        files = self._reference
        for place in work.mistakes:
            files = self._course.mistakes[place].plant(files)
        adapters = self._without(work, files[ADAPTERS].decode())
        return {**files, ADAPTERS: _twisted(adapters, work.twist).encode()}

    def _without(self, work: Work, adapters: str) -> str:
        """Return the adapters with those of the missing parts as the template has them."""
        written = _functions(adapters)
        for name in self._named(work.missing):
            adapters = adapters.replace(written[name], self._stubs[name])
        return adapters

    def _named(self, parts: Iterable[str]) -> list[str]:
        return [name for part in parts for name in self._course.parts[part]]


def _twisted(adapters: str, twist: Twist) -> str:
    if twist is Twist.BROKEN:
        return adapters + BROKEN
    if twist is Twist.HOSTILE:
        raises = f"raise RuntimeError({HOSTILE!a})"
        return f"{adapters.replace(NOT_THERE, raises)}\nprint({HOSTILE!a})\n"
    return adapters


def _functions(module: str) -> Mapping[str, str]:
    """Return the source of each function of a module, by name."""
    lines = module.splitlines(keepends=True)
    found = [node for node in ast.parse(module).body if isinstance(node, ast.FunctionDef)]
    return {node.name: "".join(lines[node.lineno - 1 : node.end_lineno]) for node in found}
