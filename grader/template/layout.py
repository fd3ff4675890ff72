"""The layout of a module after lines are cut out of it, as ruff format would leave it."""

import textwrap
from collections.abc import Iterable, Sequence
from itertools import groupby

LINE_LENGTH = 110  # as in pyproject.toml, for the template as for all else
MOST_BLANK_LINES = 2  # between the definitions of a module; elsewhere 1
INDENT = "    "


def raising(text: str, indent: str) -> list[str]:
    """Return the lines that raise NotImplementedError with `text`, each after `indent`."""
    line = f"{indent}raise NotImplementedError({_quoted(text)})"
    if len(line) <= LINE_LENGTH:
        return [line]
    width = LINE_LENGTH - len(indent + INDENT) - len('" "')
    *parts, last = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    literals = [*(_quoted(f"{part} ") for part in parts), _quoted(last)]
    return [
        f"{indent}raise NotImplementedError(",
        *(indent + INDENT + literal for literal in literals),
        f"{indent})",
    ]


def tidied(lines: Iterable[str | None]) -> str:
    """Return lines as one text, with as many blank ones around each gap (None) as its neighbours ask for."""
    runs = [(is_gap, list(run)) for is_gap, run in groupby(lines, key=lambda line: not line)]
    tidy: list[str] = []
    for number, (is_gap, run) in enumerate(runs):
        if not is_gap:
            tidy += [line for line in run if line]
        elif tidy and number + 1 < len(runs):
            after = runs[number + 1][1][0] or ""
            tidy += [""] * _blank_lines(tidy[-1], run, after)
    return "".join(f"{line}\n" for line in tidy)


def _blank_lines(before: str, run: Sequence[str | None], after: str) -> int:
    """Return how many lines stay blank in a run of blank and missing ones between two lines of text."""
    longest = max((len(list(part)) for line, part in groupby(run) if line is not None), default=0)
    if None not in run:
        return longest
    if before.endswith(":") and _depth(after) > _depth(before):
        return 0
    return min(longest, 1 if _depth(after) else MOST_BLANK_LINES)


def _depth(line: str) -> int:
    """Return the number of characters by which a line is indented."""
    return len(line) - len(line.lstrip())


def _quoted(text: str) -> str:
    """Return `text` as a string literal, in the quotes that ruff format prefers."""
    escaped = text.replace("\\", "\\\\")
    if escaped.count('"') > escaped.count("'"):
        return "'" + escaped.replace("'", "\\'") + "'"
    return '"' + escaped.replace('"', '\\"') + '"'
