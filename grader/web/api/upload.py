"""Handing in: the form is read, intake looks at the bytes, and one transaction keeps and queues them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from grader.intake import Refused, read_archive
from grader.store.courses import assignments_in
from grader.store.database import now
from grader.store.people import Person
from grader.store.states import Priority
from grader.store.submissions import (
    Upload,
    accept,
    by_key,
    lock_student,
    next_try,
    same_bytes,
    supersede,
)
from grader.store.tables import Assignment, Submission
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


@dataclass(frozen=True)
class Form:
    """What a form says: the zip's bytes, the assignment's id (or nothing), whether to grade again."""

    content: bytes
    assignment: str
    again: bool


@dataclass(frozen=True)
class Accepted:
    """A submission, and whether it is a new one."""

    submission: Submission
    is_new: bool


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
    async with context.intake:
        try:
            work = await run_in_threadpool(read_archive, form.content)
        except Refused as refusal:
            raise refused(refusal) from None
    return await run_in_threadpool(_keep, context, who, form, work.sha256, key)


def _keep(context: Context, who: Person, form: Form, sha256: str, key: str | None) -> Accepted:
    with context.database.write() as session:
        assignment = _assignment(assignments_in(session, who.roles), form.assignment)
        upload = Upload(who.id, assignment.id, sha256, form.content, key)
        lock_student(session, who.id)
        earlier = _earlier(context, session, upload, again=form.again)
        if earlier is not None:
            return Accepted(earlier, is_new=False)
        _check_limit(session, who, assignment)
        submission = accept(session, upload)
        context.queue.enqueue(session, submission.id, Priority(submission.priority))
        if assignment.supersede:
            for older in supersede(session, submission):
                context.queue.cancel(session, older.id)
        return Accepted(submission, is_new=True)


def _earlier(context: Context, session: Session, upload: Upload, *, again: bool) -> Submission | None:
    """Return the submission that `upload` repeats. Raises Problem when its key belongs to other bytes."""
    if upload.idempotency_key:
        known = by_key(session, upload.user_id, upload.idempotency_key)
        if known is not None and known.archive_sha256 != upload.sha256:
            raise Problem(Kind.KEY_REUSED, "This Idempotency-Key came with other bytes: take a new one.")
        if known is not None:
            return known
    return None if again else same_bytes(session, upload, context.basis)


def _assignment(choice: Sequence[Assignment], wanted: str) -> Assignment:
    """Return the assignment that is meant. Raises Problem when it is not clear."""
    matching = [each for each in choice if not wanted or each.id == wanted]
    if not matching:
        which = f"an assignment {wanted!r}" if wanted.isprintable() and wanted else "any assignment"
        raise Problem(Kind.NOT_FOUND, f"You are in no course with {which}: ask your instructor.")
    if len(matching) > 1:
        names = [each.id for each in matching]
        raise Problem(
            Kind.INVALID, f"You have several assignments: say which, {', '.join(names)}.", choices=names
        )
    return matching[0]


def _check_limit(session: Session, who: Person, assignment: Assignment) -> None:
    moment = next_try(session, who.id, assignment)
    if moment is not None:
        raise _too_often(assignment, moment, now(session))


def _too_often(assignment: Assignment, moment: datetime, present: datetime) -> Problem:
    wait = max(1, ceil((moment - present).total_seconds()))
    return Problem(
        Kind.TOO_MANY,
        f"{assignment.hourly_limit} submissions an hour are allowed; the next one from "
        f"{moment:%H:%M:%S} UTC on, in {ceil(wait / 60)} min. Run the tests on your machine meanwhile.",
        headers={"Retry-After": str(wait)},
        next_try_at=moment.isoformat(timespec="seconds"),
    )


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""
