"""The route that follows a submission: server-sent events, which a client resumes.

Stored events carry their number as `id`. `place` events describe the queue at that moment and have none.
"""

import json
from collections.abc import Callable, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from starlette.concurrency import run_in_threadpool

from grader.usecases.access import may_see
from grader.usecases.context import Context
from grader.usecases.follow_progress import News, follow_progress
from grader.usecases.show import show_submission
from grader.usecases.streams import StillAllowed
from grader.web.api.auth import SignedIn, find_person
from grader.web.api.bodies import describe_errors
from grader.web.dependencies import InContext
from grader.web.event_stream import Batch, stream_events

EXAMPLE = 'event: tests\ndata: {"done": 12, "total": 348, "passed": 11, "problems": {}}\nid: 7\n\n'
STREAM = {"text/event-stream": {"schema": {"type": "string"}, "example": EXAMPLE}}
LARGEST_NUMBER = 2**62

router = APIRouter(prefix="/submissions", tags=["submissions"])


@router.get(
    "/{submission_id}/events",
    summary="Follow a submission",
    response_class=StreamingResponse,
    responses={
        200: {"content": STREAM, "description": "Events until the submission is done."},
        **describe_errors(404, 429),
    },
)
async def follow(
    submission_id: str,
    request: Request,
    context: InContext,
    who: SignedIn,
    last_event_id: Annotated[str | None, Header(description="Go on after this event.")] = None,
) -> StreamingResponse:
    """Send the place in the queue, each state, the tests done, and epochs of training, as they happen."""
    after = int(last_event_id) if last_event_id and _is_number(last_event_id) else 0
    await run_in_threadpool(show_submission, context, who, submission_id)
    allowed = StillAllowed(lambda: may_see(context, find_person(context, request), submission_id))
    poll = _Poll(context, submission_id, min(after, LARGEST_NUMBER), allowed)
    return stream_events(request, context.streams, who.id, poll)


class _Poll:
    """Returns the events since the last call."""

    def __init__(self, context: Context, submission_id: str, after: int, allowed: Callable[[], bool]) -> None:
        self._context = context
        self._submission_id = submission_id
        self._after = after
        self._allowed = allowed
        self._place: tuple[int | None, int | None] = (None, None)

    def __call__(self) -> Batch:
        if not self._allowed():
            return Batch(is_last=True)
        news = follow_progress(self._context, self._submission_id, self._after)
        return Batch(list(self._format(news)), is_last=news.is_over)

    def _format(self, news: News) -> Iterator[bytes]:
        for event in news.events:
            self._after = event.id
            yield _event(event.kind, {**event.data, "at": event.at.isoformat()}, event.id)
        if news.place is not None and (news.place, news.wait) != self._place:
            self._place = (news.place, news.wait)
            yield _event("place", {"place": news.place, "estimated_wait_seconds": news.wait})


def _event(kind: str, data: dict[str, Any], number: int | None = None) -> bytes:
    return format_sse_event(event=kind, data_str=json.dumps(data), id=None if number is None else str(number))


def _is_number(text: str) -> bool:
    return text.isdecimal() and text.isascii()
