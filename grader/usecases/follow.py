"""Follow a submission: the events that are new, and its place while it is queued."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.store.progress import told_since
from grader.store.states import WAITING
from grader.store.tables import Progress, Submission
from grader.usecases.context import Context
from grader.usecases.show import find_place


@dataclass(frozen=True)
class News:
    """New events of a submission, whether they are the last, and its place and wait while it is queued."""

    events: Sequence[Progress]
    is_over: bool
    place: int | None
    wait: int | None


def follow_progress(context: Context, submission_id: str, after: int) -> News:
    """Return the events after the one numbered `after`. The caller checks who may see them."""
    with context.database.read() as session:
        submission = session.get_one(Submission, submission_id)
        events = told_since(session, submission_id, after)
        place, wait = find_place(context, session, submission)
    return News(events, submission.state not in WAITING, place, wait)
