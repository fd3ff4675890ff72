"""The live part of a waiting page: a snapshot of the progress, and a stream of its changes.

Each event brings a piece of the page, rendered as the page itself renders it. So a browser that reconnects
needs no earlier event.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from grader.render.progress_bar import stage_of
from grader.store.events import events_since
from grader.store.states import WAITING, State
from grader.store.tables import EventRow, SubmissionRow
from grader.usecases.access import find_submission, may_see
from grader.usecases.context import Context
from grader.usecases.show import find_waiting
from grader.usecases.sign_in import find_by_cookie
from grader.usecases.streams import StillAllowed
from grader.web.dependencies import SESSION_COOKIE, InContext
from grader.web.event_stream import Batch, stream_events
from grader.web.pages.current_user import CurrentUser
from grader.web.pages.curves import Measurement, Plot, plot, thin_out
from grader.web.pages.live_picture import Picture, Training
from grader.web.pages.page_context import InPageContext, PageContext
from grader.web.pages.view import render

CURVE_POINTS = 200
PIECES = ("steps", "number", "line", "action", "tests", "training", "losses")

router = APIRouter()


def picture(
    context: Context, page_context: PageContext, session: Session, submission: SubmissionRow
) -> Picture:
    """Return the progress of a submission."""
    events = [each for each in events_since(session, submission.id, 0) if each.attempt == submission.attempt]
    newest = {each.kind: each.data for each in events}
    is_grading = submission.state is State.GRADING
    told = newest.get("tests", {}) if is_grading else {}
    begun = submission.taken_at if is_grading else None
    return Picture(
        id=submission.id,
        state=submission.state,
        attempt=submission.attempt,
        waiting=find_waiting(context, session, submission),
        waited=(begun - submission.queued_at).total_seconds() if begun else None,
        counts=told.get("problems", {}),
        marks=told.get("marks", {}),
        parts=page_context.rubric.parts,
        bonus_parts=page_context.rubric.bonus_parts,
        stage=newest.get("stage") if is_grading else None,
        has_second_stage=page_context.has_second_stage,
        training=training_of(page_context, events) if is_grading else None,
    )


@router.get("/submissions/{submission_id}/live")
async def follow(
    submission_id: str, request: Request, context: InContext, page_context: InPageContext, who: CurrentUser
) -> StreamingResponse:
    """Send the pieces of the waiting page that change, and an event at the end."""
    cookie = request.cookies.get(SESSION_COOKIE, "")
    allowed = StillAllowed(lambda: may_see(context, find_by_cookie(context, cookie), submission_id))

    def look() -> Picture | None:
        """Return the progress; None once grading or the session has ended."""
        if not allowed():
            return None
        with context.database.read() as session:
            submission = find_submission(session, who, submission_id)
            waits = submission.state in WAITING
            return picture(context, page_context, session, submission) if waits else None

    await run_in_threadpool(look)  # a missing submission gets status 404, and no stream
    return stream_events(request, context.streams, who.id, _Poll(look))


def pieces(now: Picture) -> dict[str, str]:
    """Return the pieces of the page that change, by the name of their event."""
    return {name: render(f"live_{name}.html.j2", now=now) for name in PIECES}


class _Poll:
    """Returns the pieces of the page that changed since the last call."""

    def __init__(self, look: Callable[[], Picture | None]) -> None:
        self._look = look
        self._seen: Picture | None = None
        self._pieces: dict[str, str] = {}

    def __call__(self) -> Batch:
        now = self._look()
        if now is None:
            return Batch([event("over", "")], is_last=True)
        if now == self._seen:  # most calls find no change, and need not render
            return Batch()
        self._seen = now
        return Batch(list(self._format(pieces(now))))

    def _format(self, made: dict[str, str]) -> Iterator[bytes]:
        for name, content in made.items():
            if content != self._pieces.get(name):
                yield event(name, content)
        self._pieces = made


def event(name: str, content: str) -> bytes:
    """Return an event of a stream; each line of its content is data, so no text begins another event."""
    return format_sse_event(event=name, data_str=content)


def training_of(page_context: PageContext, events: Sequence[EventRow]) -> Training | None:
    """Return the training that runs; another problem starts another one."""
    trained = [each.data for each in events if each.kind == "training"]
    if not trained:
        return None
    problem = trained[-1]["problem"]
    numbers = [each["numbers"] for each in trained if each["problem"] == problem]
    parts = (*page_context.rubric.parts, *page_context.rubric.bonus_parts)
    titles = {each.id: part.title for part in parts for each in part.problems}
    return Training(titles.get(problem, problem), stage_of(numbers[-1]), loss_plot(numbers))


def loss_plot(numbers: Sequence[Mapping[str, float]]) -> Plot:
    """Return the losses over the epochs; epochs that are still to come are part of the axis."""
    told = [each for each in numbers if "loss" in each]
    points = [
        Measurement(_epochs_done(each, place), each["loss"], stage_of(each))
        for place, each in enumerate(told)
    ]
    points.sort(key=lambda point: point.at)
    last = max(0.0, numbers[-1].get("epochs", 0.0))
    return plot(thin_out(points, CURVE_POINTS), first=0.0, last=last)


def _epochs_done(numbers: Mapping[str, float], place: int) -> float:
    """Return how many epochs are done; the place of the report where it does not tell."""
    if "epoch" not in numbers:
        return float(place)
    batch, batches = numbers.get("batch", 0.0), numbers.get("batches", 0.0)
    if batches <= 0:
        return max(0.0, numbers["epoch"])
    return max(0.0, numbers["epoch"] - 1 + min(max(batch / batches, 0.0), 1.0))
