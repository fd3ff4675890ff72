"""The file that makes a folder a project, and advice for an upload without one."""

from collections.abc import Collection, Sequence

from grader.intake.refusal import Refused, printable
from grader.intake.rule import Rule

ADAPTERS = "tests/adapters.py"
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".7z", ".rar", ".gz", ".bz2", ".xz")
_NAMED_PLACES = 5


def no_adapters(files: Sequence[str], folders: Collection[str], junk: Collection[str]) -> Refused:
    """Return the refusal of an upload without tests/adapters.py: it names the nearest candidate."""
    message = f"no {ADAPTERS} in the upload; {_nearest(files) or _list_places(files, folders, junk)}"
    return Refused(Rule.NO_ADAPTERS, None, message)


def _nearest(files: Sequence[str]) -> str | None:
    """Return the sentence on the file that comes nearest, or None."""
    by_name = sorted(files, key=lambda name: (name.count("/"), name))
    for path in by_name:
        if f"/{path.lower()}".endswith("/adapters.py"):
            return f'the nearest is "{printable(path)}": its path must end in {ADAPTERS}'
    for path in by_name:
        if "adapter" in _last(path):
            return f'the nearest is "{printable(path)}": its name must be adapters.py, in a folder tests'
    for path in by_name:
        if _last(path).endswith(ARCHIVES):
            return f'it holds the archive "{printable(path)}": unpack that one, or hand it in by itself'
    modules = [path for path in by_name if path.lower().endswith(".py")]
    if len(modules) == 1:
        return f'its only module is "{printable(modules[0])}": hand in the whole project folder'
    return None


def _list_places(files: Sequence[str], folders: Collection[str], junk: Collection[str]) -> str:
    places = {*folders, *(name.rpartition("/")[0] for name in files)} - {""}
    if files or places:
        return "looked in " + _list_names(["the root", *(f"{place}/" for place in sorted(places))])
    roots = sorted(set(junk))
    return f"all of it is junk, which is left out: {_list_names(roots)}" if roots else "it is empty"


def _last(path: str) -> str:
    return path.rpartition("/")[2].lower()


def _list_names(names: Sequence[str]) -> str:
    more = [f"and {len(names) - _NAMED_PLACES:,} more"] if len(names) > _NAMED_PLACES else []
    return ", ".join([*map(printable, names[:_NAMED_PLACES]), *more])
