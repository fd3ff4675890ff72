"""Hand in an upload: intake checks the bytes, and the upload joins the next group that is kept."""

import asyncio
import time
from dataclasses import replace

import structlog
from anyio.to_thread import run_sync

from grader.core.submission import Submission
from grader.intake import Refused, read_archive
from grader.store.submissions import Upload
from grader.store.users import Person
from grader.usecases.acceptance import Accepted
from grader.usecases.context import Context
from grader.usecases.costs import BYTES_A_SECOND, Charge
from grader.usecases.use_case_error import InvalidInputError, UseCaseError

KEY_CHARACTERS = 200

log = structlog.get_logger()


async def hand_in(context: Context, who: Person, upload: Upload, charge: Charge) -> Accepted:
    """Keep and queue an upload, or find the submission that it repeats; set the cost of `charge`.

    Raises Refused, UseCaseError.
    """
    checked, seconds = await run_sync(_check, upload.content, limiter=context.intake)
    charge.seconds = len(upload.content) / BYTES_A_SECOND + seconds
    if isinstance(checked, Refused):
        raise checked
    accepted = await _keep(context, who, replace(upload, sha256=checked.sha256))
    if accepted.is_new:
        charge.seconds = 0.0
    return accepted


async def _keep(context: Context, who: Person, upload: Upload) -> Accepted:
    key = upload.idempotency_key
    if key is not None and not (0 < len(key) <= KEY_CHARACTERS and key.isprintable()):
        raise InvalidInputError(f"Idempotency-Key: 1 to {KEY_CHARACTERS} printable characters.")
    answer = await asyncio.wrap_future(context.accepting.submit((who, upload)))
    if isinstance(answer, UseCaseError):
        raise answer
    if answer.is_new:
        log.info("accepted", submission=answer.submission.id, bytes=len(upload.content))
    return answer


def _check(content: bytes) -> tuple[Submission | Refused, float]:
    """Return the project that intake finds, or its refusal, and the seconds of processor time it took."""
    began = time.thread_time()
    try:
        checked: Submission | Refused = read_archive(content)
    except Refused as refusal:
        checked = refusal
    return checked, time.thread_time() - began
