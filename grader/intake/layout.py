"""The layout of an upload: which folder is the project, what belongs to it and what is left out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from grader.intake.names import check_clashes
from grader.intake.refusal import Refused, shown
from grader.intake.rule import Rule

ADAPTERS = "tests/adapters.py"
NOTED_NAMES = 20
_NAMED_PLACES = 5


@dataclass(frozen=True)
class Listing:
    """The names in an upload: files and folders that are not junk, and where the junk begins."""

    files: Sequence[str]
    folders: Collection[str]
    junk: Collection[str]


@dataclass(frozen=True)
class Layout:
    """The project inside an upload: `top` is "" or ends in a slash, `kept` are full names below it."""

    top: str
    kept: tuple[str, ...]
    dropped: tuple[str, ...]


def lay_out(listing: Listing) -> Layout:
    """Return the one project that the listing holds, or refuse the upload."""
    check_clashes(listing.files, listing.folders)
    top = _top(listing)
    kept = sorted(name for name in listing.files if name.startswith(top))
    outside = sorted(name for name in listing.files if not name.startswith(top))
    notes = [(name, f" (outside {shown(top)})") for name in outside]
    notes += [(root, "") for root in sorted(set(listing.junk))]
    return Layout(top, tuple(kept), _noted(notes))


def _top(listing: Listing) -> str:
    adapters = sorted(name for name in listing.files if f"/{name}".endswith(f"/{ADAPTERS}"))
    if not adapters:
        raise Refused(Rule.NO_ADAPTERS, None, f"no {ADAPTERS} in the upload; {_looked_in(listing)}")
    if len(adapters) > 1:
        message = f'is one of {len(adapters)} candidates for the project, beside "{shown(adapters[0])}"'
        raise Refused(Rule.ONE_PROJECT, adapters[1], message)
    return adapters[0].removesuffix(ADAPTERS)


def _looked_in(listing: Listing) -> str:
    nearest = sorted(name for name in listing.files if f"/{name.lower()}".endswith("/adapters.py"))
    if nearest:
        return f'the nearest is "{shown(nearest[0])}"'
    folders = {*listing.folders, *(name.rpartition("/")[0] for name in listing.files)} - {""}
    if listing.files or folders:
        return "looked in " + _named(["the root", *(f"{folder}/" for folder in sorted(folders))])
    junk = sorted(set(listing.junk))
    return f"all of it is junk, which is left out: {_named(junk)}" if junk else "it is empty"


def _named(names: Sequence[str]) -> str:
    more = [f"and {len(names) - _NAMED_PLACES:,} more"] if len(names) > _NAMED_PLACES else []
    return ", ".join([*map(shown, names[:_NAMED_PLACES]), *more])


def _noted(notes: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return one line for each name and its reason, and a last line for those that are too many."""
    lines = [shown(name) + reason for name, reason in notes[:NOTED_NAMES]]
    more = len(notes) - len(lines)
    return (*lines, f"and {more:,} more") if more else tuple(lines)
