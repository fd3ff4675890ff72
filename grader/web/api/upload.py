"""Handing in: the form is read, intake looks at the bytes, and they join the next group that is kept."""

import asyncio
import time
from dataclasses import dataclass

import structlog
from anyio.to_thread import run_sync
from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from grader.core.submission import Submission
from grader.intake import Refused, read_archive
from grader.store.people import Person
from grader.web.api.acceptance import Accepted, Arrival
from grader.web.api.context import Context
from grader.web.api.costs import BYTES_A_SECOND
from grader.web.api.problems import Kind, Problem, refused

ARCHIVE, ASSIGNMENT, AGAIN = "archive", "assignment", "again"
FIELDS = 8
KEY_CHARACTERS = 200
YES = frozenset(["1", "true", "yes", "on"])
FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [ARCHIVE],
                    "properties": {
                        ARCHIVE: {
                            "type": "string",
                            "format": "binary",
                            "description": "A zip of the project's folder, or a tar archive of it.",
                        },
                        ASSIGNMENT: {
                            "type": "string",
                            "description": "The assignment's id; needed only by who has several.",
                        },
                        AGAIN: {
                            "type": "boolean",
                            "default": False,
                            "description": "Grade the same bytes again; do not return the earlier report.",
                        },
                    },
                }
            }
        },
    }
}

log = structlog.get_logger()


@dataclass(frozen=True)
class Form:
    """What a form says: the zip's bytes, the assignment's id (or nothing), whether to grade again."""

    content: bytes
    assignment: str
    again: bool


async def read_form(request: Request) -> Form:
    """Return the form of a request. Raises Problem when it is none or holds no archive."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Problem(Kind.NOT_MULTIPART, f"Send multipart/form-data with the zip as the field {ARCHIVE!r}.")
    async with request.form(max_files=1, max_fields=FIELDS) as form:
        archive = form.get(ARCHIVE)
        if not isinstance(archive, UploadFile):
            raise Problem(Kind.INVALID, f"The field {ARCHIVE!r} must be a file: the zip of your project.")
        content = await archive.read()
        return Form(content, _text(form, ASSIGNMENT), _text(form, AGAIN).lower() in YES)


async def hand_in(
    context: Context, who: Person, request: Request, key: str | None = None, assignment: str | None = None
) -> Accepted:
    """Keep and queue the upload in a request, or find what it repeats. Raises Problem.

    The form says for which assignment it is, unless `assignment` does.
    """
    advance = _length(request, context.upload_bytes) / BYTES_A_SECOND
    context.costs.begin(who.id, advance)
    cost = advance
    try:
        form = await read_form(request)
        work, seconds = await run_sync(_checked, form.content, limiter=context.intake)
        cost = len(form.content) / BYTES_A_SECOND + seconds
        if isinstance(work, Refused):
            raise refused(work)
        arrival = Arrival(who, assignment or form.assignment, form.content, work.sha256, key, form.again)
        accepted = await _keep(context, arrival)
        cost = 0.0 if accepted.is_new else cost
    finally:
        context.costs.settle(who.id, advance, cost)
    return accepted


async def _keep(context: Context, arrival: Arrival) -> Accepted:
    key = arrival.idempotency_key
    if key is not None and not (0 < len(key) <= KEY_CHARACTERS and key.isprintable()):
        raise Problem(Kind.INVALID, f"Idempotency-Key: 1 to {KEY_CHARACTERS} printable characters.")
    answer = await asyncio.wrap_future(context.accepting.submit(arrival))
    if isinstance(answer, Problem):
        raise answer
    if answer.is_new:
        log.info("accepted", submission=answer.submission.id, bytes=len(arrival.content))
    return answer


def _checked(content: bytes) -> tuple[Submission | Refused, float]:
    """Return what intake says, and the seconds of processor time that it took."""
    began = time.thread_time()
    try:
        work: Submission | Refused = read_archive(content)
    except Refused as refusal:
        work = refusal
    return work, time.thread_time() - began


def _length(request: Request, most: int) -> int:
    """Return how many bytes a request announces: the most that it may have where it does not."""
    stated = request.headers.get("content-length", "")
    return min(int(stated), most) if stated.isdecimal() and stated.isascii() else most


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""
