"""The states of a submission and the order of the queue, as words and numbers."""

from enum import IntEnum, StrEnum


class State(StrEnum):
    """The state of a submission. From `queued` it can also be superseded or cancelled."""

    QUEUED = "queued"
    GRADING = "grading"
    GRADED = "graded"
    NOT_GRADABLE = "not_gradable"
    GRADER_ERROR = "grader_error"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


WAITING = (State.QUEUED, State.GRADING)
VERDICT = (State.GRADED, State.NOT_GRADABLE)
UNSPENT = (State.GRADER_ERROR, State.SUPERSEDED, State.CANCELLED)  # these cost the student no attempt


class Priority(IntEnum):
    """The order of service: higher numbers first."""

    BULK = 0  # regrades of many
    RESUBMISSION = 50
    INTERACTIVE = 100
