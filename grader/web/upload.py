"""The form of an upload: read it from a request, and hand in the archive in it."""

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from grader.store.submissions import Upload
from grader.store.users import Person
from grader.usecases.acceptance import Accepted
from grader.usecases.context import Context
from grader.usecases.costs import BYTES_A_SECOND
from grader.usecases.hand_in import hand_in
from grader.web.api_error import ApiError, ErrorType

ARCHIVE, ASSIGNMENT, AGAIN = "archive", "assignment", "again"
FIELDS = 8
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
                            "description": "The assignment's id; needed if you have several assignments.",
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


async def hand_in_request(
    context: Context, who: Person, request: Request, key: str | None = None, assignment: str | None = None
) -> Accepted:
    """Hand in the upload of a request; the form names the assignment, unless `assignment` does.

    Raises ApiError, UseCaseError, Refused.
    """
    advance = _length(request, context.upload_bytes) / BYTES_A_SECOND
    with context.costs.charge(who.id, advance) as charge:
        upload = await read_form(request, who.id, key, assignment)
        return await hand_in(context, who, upload, charge)


async def read_form(
    request: Request, user_id: int, key: str | None = None, assignment: str | None = None
) -> Upload:
    """Return the upload in a form. Raises ApiError when the request is no form or holds no archive."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        detail = f"Send multipart/form-data with the zip as the field {ARCHIVE!r}."
        raise ApiError(ErrorType.NOT_MULTIPART, detail)
    async with request.form(max_files=1, max_fields=FIELDS) as form:
        archive = form.get(ARCHIVE)
        if not isinstance(archive, UploadFile):
            detail = f"The field {ARCHIVE!r} must be a file: the zip of your project."
            raise ApiError(ErrorType.INVALID, detail)
        return Upload(
            user_id,
            assignment or _text(form, ASSIGNMENT),
            sha256="",
            content=await archive.read(),
            idempotency_key=key,
            again=_text(form, AGAIN).lower() in YES,
        )


def _length(request: Request, most: int) -> int:
    """Return the length that a request states, at most `most`; `most` if it states none."""
    stated = request.headers.get("content-length", "")
    return min(int(stated), most) if stated.isdecimal() and stated.isascii() else most


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""
