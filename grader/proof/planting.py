"""Planting: makes a stated change in a file, independent of the file's layout."""

import ast
import re
from dataclasses import dataclass

from grader.proof.functions import Function, functions_of

TOKEN = re.compile(r"\w+|[^\w\s]")
QUOTE = "[\"']"


class NotPlanted(ValueError):  # noqa: N818 - the name is the fact
    """The text to change is not there exactly once."""


@dataclass(frozen=True)
class Edit:
    """In `file`, `instead` takes the place of `find`; if `within` is given, inside that function or class.

    `find` matches token by token: spaces, line breaks and the kind of quotes do not matter.
    """

    file: str
    find: str
    instead: str
    within: str = ""


@dataclass(frozen=True)
class Planted:
    """A changed file, and the function in which the change lies; None outside of all functions."""

    content: bytes
    function: Function | None


def plant(edit: Edit, content: bytes) -> Planted:
    """Return the file `content` with the change. Raises NotPlanted."""
    text = content.decode()
    begin, end = _bounds(edit, text)
    found = list(_pattern(edit.find).finditer(text, begin, end))
    if len(found) != 1:
        place = f"{edit.file}, {edit.within}" if edit.within else edit.file
        raise NotPlanted(f"{place}: this text is there {len(found)} times, not once: {edit.find}")
    match = found[0]
    changed = text[: match.start()] + _indent(edit.instead, text, match.start()) + text[match.end() :]
    try:
        ast.parse(changed)
    except SyntaxError as error:
        raise NotPlanted(f"{edit.file}: the changed file is no Python: {error}; {edit.instead}") from error
    return Planted(changed.encode(), _function_around(edit.file, text, match.start(), match.end()))


def _pattern(find: str) -> re.Pattern[str]:
    parts = []
    for token in TOKEN.findall(find):
        if token in {'"', "'"}:
            parts.append(QUOTE)
        elif token.isidentifier() or token.isalnum():
            parts.append(rf"\b{re.escape(token)}\b")
        else:
            parts.append(re.escape(token))
    return re.compile(r"\s*".join(parts))


def _bounds(edit: Edit, text: str) -> tuple[int, int]:
    """Return where the part of `text` begins and ends in which the change may be made."""
    if not edit.within:
        return 0, len(text)
    lines = text.splitlines(keepends=True)
    for node, name in _definitions(ast.parse(text), ""):
        if name == edit.within:
            first, last = node.lineno - 1, node.end_lineno or node.lineno
            return len("".join(lines[:first])), len("".join(lines[:last]))
    raise NotPlanted(f"{edit.file}: there is no function or class {edit.within}")


def _definitions(tree: ast.AST, outer: str) -> list[tuple[ast.FunctionDef | ast.ClassDef, str]]:
    """Return the functions and classes below `tree`, each with its dotted name."""
    found = []
    for node in ast.iter_child_nodes(tree):
        name = outer
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            name = f"{outer}.{node.name}".lstrip(".")
            found.append((node, name))
        found += _definitions(node, name)
    return found


def _indent(instead: str, text: str, place: int) -> str:
    """Return `instead` with all lines but the first indented as the line of `place` is."""
    line = text[text.rfind("\n", 0, place) + 1 :]
    indent = line[: len(line) - len(line.lstrip(" "))]
    return instead.replace("\n", "\n" + indent)


def _function_around(file: str, text: str, begin: int, end: int) -> Function | None:
    """Return the innermost function that holds both ends of a change."""
    (line, column), last = _position(text, begin), _position(text, end)
    functions = list(functions_of(file, ast.parse(text)))
    inside = [each for each in functions if each.place[1:] != (line, column)]  # its first line is outside it
    around = [each for each in inside if each.holds(line, column) and each.holds(*last)]
    return around[-1] if around else None


def _position(text: str, place: int) -> tuple[int, int]:
    """Return line and column, in bytes, as ast counts them."""
    before = text[:place]
    return before.count("\n") + 1, len(before[before.rfind("\n") + 1 :].encode())
