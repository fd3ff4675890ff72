"""Room for a project: modules must fit, and other files that do not fit are left out with a note."""

from collections import Counter
from collections.abc import Mapping, Sequence

from grader.intake.item import Item
from grader.intake.limits import Limits
from grader.intake.refusal import Refused, printable
from grader.intake.rule import Rule

MODULE_SUFFIX = ".py"
_NEARLY_ALL = 0.9


def without_room(files: Sequence[Item], limits: Limits) -> dict[str, str]:
    """Return the files that are no modules and have no room, by path, each with the reason that is shown."""
    others = [file for file in files if not file.path.endswith(MODULE_SUFFIX)]
    reasons = {file.path: f" ({reason})" for file in others if (reason := _excess(file, limits))}
    excess = sum(file.size for file in files if file.path not in reasons) - limits.total_bytes
    for file in sorted(others, key=lambda each: (-each.size, each.path)):
        if excess > 0 and file.path not in reasons:
            reasons[file.path] = f" ({file.size:,} bytes, and no module: the project is too large with it)"
            excess -= file.size
    return reasons


def check_room(files: Sequence[Item], limits: Limits, top: str) -> None:
    """Refuse a project that does not fit; `top` is the project's folder."""
    if len(files) > limits.files:
        fullest = _fullest({file.path: 1 for file in files}, top)
        message = f"the project has {len(files):,} files, {limits.files:,} are allowed{fullest}"
        raise Refused(Rule.FILE_COUNT, None, message)
    for file in files:
        if file.size > limits.file_bytes:
            message = f"has {file.size:,} bytes, {limits.file_bytes:,} are allowed for one file"
            raise Refused(Rule.FILE_SIZE, file.path, message)
    total = sum(file.size for file in files)
    if total > limits.total_bytes:
        fullest = _fullest({file.path: file.size for file in files}, top)
        message = f"the project has {total:,} bytes, {limits.total_bytes:,} are allowed{fullest}"
        raise Refused(Rule.TOTAL_SIZE, None, message)
    for file in files:
        if _grows(file, limits):
            message = f"grows from {file.packed:,} to {file.size:,} bytes, {limits.ratio} times are allowed"
            raise Refused(Rule.RATIO, file.path, message)


def _excess(file: Item, limits: Limits) -> str | None:
    """Return the sentence on a file that breaks a limit by itself, or None."""
    if file.size > limits.file_bytes:
        return f"{file.size:,} bytes, and no module: files have room up to {limits.file_bytes:,} bytes"
    return "packed too tightly, and no module" if _grows(file, limits) else None


def _grows(file: Item, limits: Limits) -> bool:
    return file.size > max(limits.ratio_free_bytes, file.packed * limits.ratio)


def _fullest(weights: Mapping[str, int], top: str) -> str:
    """Return the words that name the deepest folder with nearly all of the fullest one in it, or ""."""
    below: Counter[str] = Counter()
    for path, weight in weights.items():
        parts = path.removeprefix(top).split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            below[f"{top}{'/'.join(parts[:depth])}/"] += weight
    most = max(below.values(), default=0)
    if 2 * most < sum(weights.values()):
        return ""
    full = [folder for folder, weight in below.items() if weight >= _NEARLY_ALL * most]
    folder = max(full, key=lambda each: (each.count("/"), below[each], each))
    return f"; {below[folder]:,} of them are in {printable(folder)}"
