"""The route that follows a submission: server-sent events, which a client resumes where it was.

Kept events carry their number as `id`; `place` events tell of the queue at that moment and have none.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from grader.store.progress import told_since
from grader.store.states import WAITING, State
from grader.store.tables import Progress, Submission
from grader.web.api.auth import SignedIn, still_signed_in
from grader.web.api.bodies import problems
from grader.web.api.context import Context, InContext
from grader.web.api.showing import estimate, is_visible, visible
from grader.web.api.streams import StillAllowed

POLL_SECONDS = 0.5
KEEP_ALIVE_SECONDS = 15
EXAMPLE = 'id: 7\nevent: tests\ndata: {"done": 12, "total": 348, "passed": 11, "problems": {}}\n\n'
STREAM = {"text/event-stream": {"schema": {"type": "string"}, "example": EXAMPLE}}

router = APIRouter(prefix="/submissions", tags=["submissions"])


@dataclass(frozen=True)
class Look:
    """What one look at a submission found: new events, whether more will come, the place while it waits."""

    events: Sequence[Progress]
    is_over: bool
    place: dict[str, Any] | None


@router.get(
    "/{submission_id}/events",
    summary="Follow a submission",
    response_class=StreamingResponse,
    responses={
        200: {"content": STREAM, "description": "Events until the submission is done."},
        **problems(404, 429),
    },
)
async def follow(
    submission_id: str,
    request: Request,
    context: InContext,
    who: SignedIn,
    last_event_id: Annotated[str | None, Header(description="Go on after this event.")] = None,
) -> StreamingResponse:
    """Tell, as it happens, the place in the queue, each state, the tests done, and epochs of training."""
    after = (
        int(last_event_id) if last_event_id and last_event_id.isdecimal() and last_event_id.isascii() else 0
    )
    after = min(after, 2**62)
    await run_in_threadpool(_check, context, who, submission_id)
    allowed = StillAllowed(lambda: is_visible(context, still_signed_in(context, request), submission_id))
    return context.streams.answer(who.id, _stream(context, request, submission_id, after, allowed))


async def _stream(
    context: Context, request: Request, submission_id: str, after: int, allowed: StillAllowed
) -> AsyncIterator[str]:
    place, spoken = None, time.monotonic()
    while not await request.is_disconnected():
        look = await run_in_threadpool(_look, context, submission_id, after, allowed)
        if look is None:
            return
        lines = [
            _event(event.kind, {**event.data, "at": event.at.isoformat()}, event.id) for event in look.events
        ]
        if look.place is not None and look.place != place:
            place = look.place
            lines.append(_event("place", place))
        if not lines and time.monotonic() - spoken > KEEP_ALIVE_SECONDS:
            lines.append(": still here\n\n")
        if lines:
            spoken = time.monotonic()
            yield "".join(lines)
        if look.is_over:
            return
        after = look.events[-1].id if look.events else after
        await asyncio.sleep(POLL_SECONDS)


def _look(context: Context, submission_id: str, after: int, allowed: StillAllowed) -> Look | None:
    """Return what is new; None to somebody whose session has ended."""
    if not allowed():
        return None
    with context.database.read() as session:
        submission = session.get_one(Submission, submission_id)
        events = told_since(session, submission_id, after)
        position = (
            context.queue.position(session, submission_id) if submission.state is State.QUEUED else None
        )
        place = None
        if position is not None:
            place = {"place": position, "estimated_wait_seconds": estimate(context, session, position)}
    return Look(events, submission.state not in WAITING, place)


def _check(context: Context, who: SignedIn, submission_id: str) -> None:
    with context.database.read() as session:
        visible(session, who, submission_id)


def _event(kind: str, data: dict[str, Any], number: int | None = None) -> str:
    """Return one event as the stream has it; JSON puts no line break into `data`."""
    identity = "" if number is None else f"id: {number}\n"
    return f"{identity}event: {kind}\ndata: {json.dumps(data)}\n\n"
