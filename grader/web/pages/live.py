"""What can be watched while a submission waits and is graded: a picture, and a stream of pictures.

Each event brings a piece of the page, rendered as the page itself renders it, so a browser that comes back
after a pause, or after the service was restarted, needs to know nothing of what it missed.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from grader.core.rubric import Part
from grader.render.progress_bar import stage_of
from grader.store.progress import told_since
from grader.store.states import WAITING, State
from grader.store.tables import Progress, Submission
from grader.web.api.auth import SIGN_IN_COOKIE, find_by_cookie
from grader.web.api.context import Context, InContext
from grader.web.api.events import KEEP_ALIVE_SECONDS, POLL_SECONDS
from grader.web.api.showing import estimate, is_visible, visible
from grader.web.api.streams import StillAllowed
from grader.web.pages.charts import Line, line, thinned
from grader.web.pages.site import OnSite, Site
from grader.web.pages.view import render
from grader.web.pages.visitor import Visitor

CURVE_POINTS = 200
NOTHING = {"done": 0, "passed": 0, "total": 0}

router = APIRouter()


@dataclass(frozen=True)
class Training:
    """A training as the submission reports it: its progress, and its loss if the code reports one."""

    problem: str
    stage: str
    losses: Line


@dataclass(frozen=True)
class Picture:
    """A submission that waits or is being graded, as far as it is.

    Attributes: `place` and `wait` (in the queue, and seconds until it begins), `counts` (tests done, passed
    and total by problem id), `parts` of the rubric, `stage` (the score before a second stage),
    `has_second_stage` (there is one) and `training` (what goes on in it).
    """

    id: str
    state: State
    attempt: int
    place: int | None
    wait: int | None
    counts: dict[str, dict[str, int]]
    parts: Sequence[Part]
    stage: dict[str, Any] | None
    has_second_stage: bool
    training: Training | None

    @property
    def total(self) -> dict[str, int]:
        """The counts of all problems together."""
        return {key: sum(count[key] for count in self.counts.values()) for key in NOTHING}

    def count(self, problem_id: str) -> dict[str, int]:
        """Return how many tests of a problem are done, passed, and there."""
        return self.counts.get(problem_id, NOTHING)


def picture(context: Context, site: Site, session: Session, submission: Submission) -> Picture:
    """Return how far a submission is."""
    place = context.queue.position(session, submission.id) if submission.state is State.QUEUED else None
    told = [each for each in told_since(session, submission.id, 0) if each.attempt == submission.attempt]
    newest = {each.kind: each.data for each in told}
    is_grading = submission.state is State.GRADING
    return Picture(
        id=submission.id,
        state=submission.state,
        attempt=submission.attempt,
        place=place,
        wait=None if place is None else estimate(context, session, place),
        counts=newest.get("tests", {}).get("problems", {}) if is_grading else {},
        parts=(*site.rubric.parts, *site.rubric.bonus_parts),
        stage=newest.get("stage") if is_grading else None,
        has_second_stage=site.has_second_stage,
        training=training_of(site, told) if is_grading else None,
    )


@router.get("/submissions/{submission_id}/live")
async def follow(
    submission_id: str, request: Request, context: InContext, site: OnSite, who: Visitor
) -> StreamingResponse:
    """Send pieces of the waiting page whenever they change, and say when it is over."""
    cookie = request.cookies.get(SIGN_IN_COOKIE, "")
    allowed = StillAllowed(lambda: is_visible(context, find_by_cookie(context, cookie), submission_id))

    def look() -> Picture | None:
        """Return how far it is, None when it is over or the session has ended."""
        if not allowed():
            return None
        with context.database.read() as session:
            submission = visible(session, who, submission_id)
            waits = submission.state in WAITING
            return picture(context, site, session, submission) if waits else None

    await run_in_threadpool(look)  # so that what is not there is answered as such, and not by a stream
    return context.streams.answer(who.id, _stream(request, look))


def pieces(now: Picture) -> dict[str, str]:
    """Return the pieces of the page that change, by the name of their event."""
    return {name: render(f"live_{name}.html.j2", now=now) for name in ("line", "action", "tests", "training")}


async def _stream(request: Request, look: Callable[[], Picture | None]) -> AsyncIterator[str]:
    seen: Picture | None = None
    shown: dict[str, str] = {}
    spoken = time.monotonic()
    while not await request.is_disconnected():
        now = await run_in_threadpool(look)
        if now is None:
            yield event("over", "")
            return
        told = ""
        if now != seen:  # most looks find what the last one found, and need not be rendered
            made = await run_in_threadpool(pieces, now)
            told = "".join(event(name, made[name]) for name in made if made[name] != shown.get(name))
            seen, shown = now, made
        if not told and time.monotonic() - spoken > KEEP_ALIVE_SECONDS:
            told = ": still here\n\n"
        if told:
            spoken = time.monotonic()
            yield told
        await asyncio.sleep(POLL_SECONDS)


def event(name: str, content: str) -> str:
    """Return an event of a stream; each line of its content is data, so no text begins another event."""
    lines = "".join(f"data: {line}\n" for line in content.splitlines() or [""])
    return f"event: {name}\n{lines}\n"


def training_of(site: Site, told: Sequence[Progress]) -> Training | None:
    """Return the training that is going on; another problem starts another one."""
    trained = [each.data for each in told if each.kind == "training"]
    if not trained:
        return None
    problem = trained[-1]["problem"]
    numbers = [each["numbers"] for each in trained if each["problem"] == problem]
    losses = [(stage_of(each), each["loss"]) for each in numbers if "loss" in each]
    titles = {each.id: each.title for each in site.rubric.problems}
    curve = line(thinned(losses, CURVE_POINTS))
    return Training(titles.get(problem, problem), stage_of(numbers[-1]), curve)
