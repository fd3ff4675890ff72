"""Follow a submission: the events that are new, and its place while it is queued."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.store.events import events_since
from grader.store.states import WAITING
from grader.store.tables import EventRow, SubmissionRow
from grader.usecases.context import Context
from grader.usecases.show import find_place


@dataclass(frozen=True)
class News:
    """New events of a submission, whether they are the last, and its place and wait while it is queued."""

    events: Sequence[EventRow]
    is_over: bool
    place: int | None
    wait: int | None


def follow_progress(context: Context, submission_id: str, after: int) -> News:
    """Return the events after the one numbered `after`. The caller checks who may see them."""
    with context.database.read() as session:
        submission = session.get_one(SubmissionRow, submission_id)
        events = events_since(session, submission_id, after)
        place, wait = find_place(context, session, submission)
    return News(events, submission.state not in WAITING, place, wait)
