"""The layout of an upload: the project's folder, its files, and the files that intake leaves out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.intake.adapters_file import ADAPTERS, no_adapters
from grader.intake.entry_kind import check_kind
from grader.intake.item import Item
from grader.intake.junk import Junk
from grader.intake.limits import Limits
from grader.intake.name_rules import check_clashes, check_name
from grader.intake.refusal import Refused, printable
from grader.intake.room import check_room, without_room
from grader.intake.rule import Rule

NOTED_NAMES = 20


@dataclass(frozen=True)
class Layout:
    """The project inside an upload: `top` is "" or ends in a slash, `kept` are full paths below it."""

    top: str
    kept: tuple[str, ...]
    dropped: tuple[str, ...]


def lay_out(items: Iterable[Item], limits: Limits) -> Layout:
    """Return the one project among the items, or refuse the upload."""
    files, folders, junk = _sort(list(items), limits)
    check_clashes([file.path for file in files], folders)
    top = _top([file.path for file in files], folders, junk)
    inside = sorted(file for file in files if file.path.startswith(top))
    left_out = without_room(inside, limits)
    kept = [file for file in inside if file.path not in left_out]
    check_room(kept, limits, top)
    outside = {file.path: f" (outside {printable(top)})" for file in files if not file.path.startswith(top)}
    notes = [*sorted((outside | left_out).items()), *((root, "") for root in sorted(junk))]
    return Layout(top, tuple(file.path for file in kept), _note_lines(notes))


def _sort(items: Sequence[Item], limits: Limits) -> tuple[list[Item], set[str], set[str]]:
    """Return the files, the folders and the roots of junk, each checked by its kind."""
    junk = Junk(item.path for item in items)
    files: list[Item] = []
    folders: set[str] = set()
    roots: set[str] = set()
    for item in items:
        root = junk.root(item.path, is_folder=item.is_folder)
        check_kind(item.path, item.mode, is_junk=root is not None)
        if root is not None:
            roots.add(root)
            continue
        check_name(item.path, limits)
        if item.is_folder:
            folders.add(item.path)
        else:
            files.append(item)
    return files, folders, roots


def _top(files: Sequence[str], folders: Iterable[str], junk: Iterable[str]) -> str:
    adapters = sorted(path for path in files if f"/{path}".endswith(f"/{ADAPTERS}"))
    if not adapters:
        raise no_adapters(files, set(folders), set(junk))
    if len(adapters) > 1:
        message = f'is one of {len(adapters)} candidates for the project, beside "{printable(adapters[0])}"'
        raise Refused(Rule.ONE_PROJECT, adapters[1], message)
    return adapters[0].removesuffix(ADAPTERS)


def _note_lines(notes: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return one line for each name and its reason, and a last line for those that are too many."""
    lines = [printable(name) + reason for name, reason in notes[:NOTED_NAMES]]
    more = len(notes) - len(lines)
    return (*lines, f"and {more:,} more") if more else tuple(lines)
