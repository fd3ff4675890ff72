"""Handing in: the form is read, intake looks at the bytes, and they join the next group that is kept."""

import asyncio
from dataclasses import dataclass

import structlog
from anyio.to_thread import run_sync
from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from grader.intake import Refused, read_archive
from grader.store.people import Person
from grader.web.api.acceptance import Accepted, Arrival
from grader.web.api.context import Context
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
                            "description": "A zip of the project's folder.",
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


async def hand_in(context: Context, who: Person, form: Form, key: str | None) -> Accepted:
    """Keep and queue an upload, or find what it repeats. Raises Problem."""
    if key is not None and not (0 < len(key) <= KEY_CHARACTERS and key.isprintable()):
        raise Problem(Kind.INVALID, f"Idempotency-Key: 1 to {KEY_CHARACTERS} printable characters.")
    try:
        work = await run_sync(read_archive, form.content, limiter=context.intake)
    except Refused as refusal:
        raise refused(refusal) from None
    arrival = Arrival(who, form.assignment, form.content, work.sha256, key, form.again)
    answer = await asyncio.wrap_future(context.accepting.submit(arrival))
    if isinstance(answer, Problem):
        raise answer
    if answer.is_new:
        log.info("accepted", submission=answer.submission.id, bytes=len(form.content))
    return answer


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""
