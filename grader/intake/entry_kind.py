"""The kind of an entry: a file or a folder is welcome, anything else is not."""

import stat

from grader.intake.refusal import Refused
from grader.intake.rule import Rule


def check_kind(name: str, mode: int, *, is_junk: bool = False) -> None:
    """Refuse pipes, sockets and devices anywhere, and links outside junk.

    Every .venv holds links, which are left out with it unread. A zip program that does not come from Unix
    leaves the kind in the mode at 0.
    """
    kind = stat.S_IFMT(mode)
    if stat.S_ISLNK(kind) and not is_junk:
        raise Refused(Rule.PLAIN_FILES, name, "is a link")
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK}:
        raise Refused(Rule.PLAIN_FILES, name, "is a pipe, a socket or a device")
