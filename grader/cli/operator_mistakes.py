"""Sentences for an operator's mistakes: the mistake, its place, and the remedy."""

import errno
from collections.abc import Mapping

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

RIGHTS = "this user may not read or write it; give the user rights on it, or choose another place"
FULL = "the disk is full; make room there and run the command again"
BY_NUMBER: Mapping[int, str] = {
    errno.EACCES: RIGHTS,
    errno.EPERM: RIGHTS,
    errno.EROFS: "it lies on a file system that is read-only; choose another place",
    errno.ENOSPC: FULL,
    errno.EDQUOT: "the user's share of the disk is full; make room there and run the command again",
    errno.EISDIR: "it is a folder; name a file",
    errno.ENOTDIR: "a part of this path is a file and no folder; choose another place",
    errno.EEXIST: "it is a file and no folder; choose another place",
    errno.ENOENT: "it does not exist; check the path",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
}
IN_SQLITE: Mapping[str, str] = {
    "file is not a database": "the file is damaged, or no database; restore a backup into a new data folder",
    "malformed": "the file is damaged; restore a backup into a new data folder",
    "disk is full": FULL,
    "disk i/o error": "the disk is full or broken; make room there, check it, and run the command again",
    "unable to open": "the file cannot be opened; check the path, and this user's rights on its folder",
    "readonly": RIGHTS,
    "locked": "another process has kept the database locked; end that process and run the command again",
}
IN_POSTGRESQL: Mapping[str, str] = {
    "password authentication failed": "the server refuses the user or the password; correct DATABASE_URL",
    "permission denied": "the user lacks rights in the database; grant them, as the owner of the schema",
    "read-only": "the server takes no changes; name its primary in DATABASE_URL",
    "too many": "the server has no connection left; raise its max_connections or close other connections",
    "does not exist": "the server has no such database or user; create it, or correct DATABASE_URL",
    "no space left": "the server's disk is full; make room there and run the command again",
    "": "the server does not answer; start it, or correct the host and the port in DATABASE_URL",
}


def explain(error: Exception, url: str) -> str | None:
    """Return the sentence for a mistake that is known; `url` is the database's."""
    if isinstance(error, DBAPIError):
        return _of_database(error, url)
    if not isinstance(error, OSError) or error.errno is None or error.errno not in BY_NUMBER:
        return None
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{BY_NUMBER[error.errno]}"


def _of_database(error: DBAPIError, url: str) -> str | None:
    """Return the sentence on an error of the database, by its driver's message."""
    parsed, said = make_url(url), str(error.orig).lower()
    is_file = parsed.get_backend_name() == "sqlite"
    place = parsed.database if is_file else f"DATABASE_URL={parsed.render_as_string(hide_password=True)}"
    if not is_file and type(error).__name__ not in {"OperationalError", "ProgrammingError"}:
        return None
    found = [
        sentence for words, sentence in (IN_SQLITE if is_file else IN_POSTGRESQL).items() if words in said
    ]
    return f"{place}: {found[0]}" if found else None
