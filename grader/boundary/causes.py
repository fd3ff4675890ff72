"""Causes: sentences that say why code that works on a student's machine raises in the sandbox.

The sandbox starts no program, has no network, and has Python's standard library and numpy. Python's own error
is a bare number. This runs in the submission's process and guards nothing.
"""

import builtins
import errno
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from grader.boundary.elsewhere import Elsewhere

NO_PROCESS = "Grading starts no other program or process. Leave it out of the code that the adapters call."
NO_NETWORK = "Grading has no network. Keep what your code needs in a file of the upload."
NO_LOOP = "Grading has no event loop: asyncio needs a socket. Call your code without asyncio."
NO_INPUT = "Nobody answers input() in grading. Give the value as an argument."
NO_EXIT = "Your code ends the program, by exit() or sys.exit(). Return or raise an error instead."
NO_FILE = "Grading has the files of your upload only. Hand the file in, and open it by a relative path."

# the module whose frame raised an OSError, by the beginning of its name; the first that fits
_BY_MODULE: Sequence[tuple[str, str]] = (
    ("multiprocessing", NO_PROCESS),
    ("concurrent.futures.process", NO_PROCESS),
    ("subprocess", NO_PROCESS),
    ("pty", NO_PROCESS),
    ("asyncio", NO_LOOP),
    ("socket", NO_NETWORK),
    ("ssl", NO_NETWORK),
    ("http", NO_NETWORK),
    ("urllib", NO_NETWORK),
)
_NOT_LET = frozenset({errno.EPERM, errno.EACCES, errno.EROFS, errno.ENOENT})
_NO_SHELL = (-1, 127 << 8)  # what `system` returns where no shell can be started
_STARTING = ("fork", "forkpty", "system", "posix_spawn", "posix_spawnp", "execv", "execve")


def install_causes(files: Mapping[str, bytes]) -> None:
    """Make calls that the sandbox cannot serve raise a sentence, for good."""
    sys.meta_path.insert(1, Elsewhere(files.__contains__, lambda: files))  # after MemoryImporter
    for name in _STARTING:
        if hasattr(os, name):
            setattr(os, name, _with_explanation(getattr(os, name)))
    vars(builtins).update(exit=_exit, quit=_exit)  # site, which has them elsewhere, is not imported


def cause_of(error: BaseException, root: str) -> str | None:
    """Return the sentence on an error that the sandbox caused, or None; the submission works in `root`."""
    if isinstance(error, EOFError) and "EOF when reading a line" in str(error):
        return NO_INPUT
    if isinstance(error, SystemExit):
        return NO_EXIT
    if not isinstance(error, OSError | ImportError):
        return None
    for module in _modules(error):
        for start, sentence in _BY_MODULE:
            if module == start or module.startswith(f"{start}."):
                return sentence
    if isinstance(error, OSError) and error.errno in _NOT_LET and isinstance(error.filename, str):
        return _of_file(error.filename, root)
    return None


def _of_file(file: str, root: str) -> str:
    """Return the sentence about a file that the submission cannot open."""
    name = without_places(file, root)
    if not os.path.isabs(name):
        return f"{name} is not in your upload. {NO_FILE}"
    return f"{name} cannot be opened. {NO_FILE}"


def without_places(message: str, root: str) -> str:
    """Return a message without the path of the submission's working folder."""
    return message.replace(f"{root}/", "").replace(root, ".") if len(root) > 1 else message


def _modules(error: BaseException) -> list[str]:
    found, trace = [], error.__traceback__
    while trace is not None:
        found.append(str(trace.tb_frame.f_globals.get("__name__", "")))
        trace = trace.tb_next
    return found


def _with_explanation(start: Callable[..., Any]) -> Callable[..., Any]:
    """Return `start` with a sentence as its error: the sandbox starts no process."""

    def start_or_explain(*arguments: Any, **options: Any) -> Any:
        try:
            result = start(*arguments, **options)
        except OSError:
            raise PermissionError(NO_PROCESS) from None
        if start.__name__ == "system" and result in _NO_SHELL:
            raise PermissionError(NO_PROCESS)
        return result

    return start_or_explain


def _exit(code: object = None) -> NoReturn:
    raise SystemExit(code)
