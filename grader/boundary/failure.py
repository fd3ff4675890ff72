"""Descriptions of errors that a submission raised, with the student's own frames only.

Runs in the submission's process, so it imports only the standard library.
"""

import traceback
from collections.abc import Collection
from types import TracebackType

from grader.boundary.causes import cause_of, without_places
from grader.boundary.parts import BrokenImport

TRACEBACK_CHARACTERS = 4_000
MESSAGE_CHARACTERS = 1_000
NAME_CHARACTERS = 80
FRAMES = 8


def describe(error: BaseException, root: str, files: Collection[str]) -> dict[str, str]:
    """Return type, message and traceback of an error; the submission's `files` work in the folder `root`."""
    try:
        message = cause_of(error, root) or without_places(str(error), root)
        message = message[:MESSAGE_CHARACTERS]
    except BaseException:  # noqa: BLE001 - __str__ is the student's too
        message = "(its message cannot be shown)"
    trace = _traceback(error, files)[-TRACEBACK_CHARACTERS:]
    return {"type": type(error).__name__[:NAME_CHARACTERS], "message": message, "traceback": trace}


def free_frames(error: BaseException) -> None:
    """Free the memory that the frames of an error and of its context hold.

    While memory is full, Python may be unable to note a traceback. Then the frames that hold the memory
    belong to the error's context.
    """
    full: BaseException | None = error
    while full is not None:
        traceback.clear_frames(full.__traceback__)
        full.__context__, full = None, full.__context__


def _traceback(error: BaseException, files: Collection[str]) -> str:
    """Return the submission's last frames before the error, and the place of a syntax error."""
    error = error.reason if isinstance(error, BrokenImport) else error
    try:
        trace = _own_frames(error.__traceback__, files)
        formatted = traceback.TracebackException(type(error), error, trace, limit=-FRAMES)
        return "".join([*formatted.stack.format(), *list(formatted.format_exception_only())[:-1]])
    except BaseException:  # noqa: BLE001 - as above
        return ""


def _own_frames(trace: TracebackType | None, files: Collection[str]) -> TracebackType | None:
    """Return `trace` with the frames of the submission's files only."""
    kept = []
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in files:
            kept.append(trace)
        trace = trace.tb_next
    own = None
    for entry in reversed(kept):
        own = TracebackType(own, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return own
