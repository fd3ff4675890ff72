"""Errors as RFC 9457 problem details: every one says what is wrong and what to do next.

Problem    an answer that is no success; handlers turn all other errors into one
"""

from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from grader.intake import Refused

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 10

log = structlog.get_logger()


class Kind(Enum):
    """The kinds of problems: type, status, title."""

    BAD_REQUEST = ("bad-request", 400, "The request cannot be read")
    NOT_SIGNED_IN = ("not-signed-in", 401, "A valid token is needed")
    NOT_ALLOWED = ("not-allowed", 403, "Your role does not allow this")
    NOT_FOUND = ("not-found", 404, "There is nothing here for you")
    NO_METHOD = ("method-not-allowed", 405, "This cannot be done here")
    NOT_ACCEPTABLE = ("not-acceptable", 406, "No such form of it")
    NOT_NOW = ("conflict", 409, "Its state does not allow this")
    TOO_LARGE = ("too-large", 413, "The upload is too large")
    NOT_MULTIPART = ("not-multipart", 415, "An upload is a form")
    WRONG_HOST = ("wrong-host", 421, "This is not the service that you asked for")
    INVALID = ("invalid", 422, "A value is not valid")
    REFUSED = ("refused", 422, "The upload is refused; no attempt is spent")
    KEY_REUSED = ("idempotency-key-reused", 422, "The key was used for another upload")
    TOO_MANY = ("too-many", 429, "Too often")
    CLIENT_GONE = ("client-gone", 499, "The client closed the connection")  # nobody reads it but the log
    OUR_MISTAKE = ("mistake", 500, "A mistake in the service")
    UNAVAILABLE = ("unavailable", 503, "The service cannot do this at the moment")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[1]


BY_STATUS = {kind.status: kind for kind in reversed(Kind) if kind not in {Kind.REFUSED, Kind.KEY_REUSED}}


class Problem(Exception):  # noqa: N818 - the RFC's word
    """An answer that is no success."""

    def __init__(
        self, kind: Kind, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        """Say in `detail` what is wrong here and what to do; `more` are further members of the body."""
        super().__init__(detail)
        self.kind = kind
        self.headers = dict(headers or {})
        self.body = {"type": f"urn:problem:{kind.value[0]}", "title": kind.value[2], "status": kind.status}
        self.body |= {"detail": detail, **more}

    def response(self) -> JSONResponse:
        """Return the answer."""
        return JSONResponse(self.body, self.kind.status, headers=self.headers, media_type=MEDIA_TYPE)


Answer = Callable[[Request, Problem], Response]


def refused(refusal: Refused) -> Problem:
    """Return the problem that names the rule and the entry of a refusal; its title says that it is one."""
    sentence = str(refusal).removeprefix("refused: ")
    detail = sentence[:1].upper() + sentence[1:]
    return Problem(
        Kind.REFUSED, detail, rule=str(refusal.rule), entry=refusal.entry, advice=refusal.rule.advice
    )


def as_json(request: Request, problem: Problem) -> Response:  # noqa: ARG001 - as Answer is called
    """Return a problem as the API answers it."""
    return problem.response()


def handle_problems(app: FastAPI, answer: Answer = as_json) -> None:
    """Have every error answered as a problem, in the form that `answer` gives it."""
    for error, problem_of in PROBLEMS.items():
        app.add_exception_handler(error, _handler(problem_of, answer))


def _handler(problem_of: Callable[[Any], Problem], answer: Answer) -> Callable[..., Awaitable[Response]]:
    async def handle(request: Request, error: Exception) -> Response:
        return answer(request, problem_of(error))

    return handle


def _itself(problem: Problem) -> Problem:
    return problem


def _http(error: HTTPException) -> Problem:
    kind = BY_STATUS.get(error.status_code, Kind.BAD_REQUEST)
    return Problem(kind, str(error.detail), headers=error.headers)


def _invalid(error: RequestValidationError) -> Problem:
    errors = [{"where": ".".join(map(str, each["loc"])), "what": each["msg"]} for each in error.errors()]
    detail = "; ".join(f"{each['where']}: {each['what']}" for each in errors)
    return Problem(Kind.INVALID, detail, errors=errors)


def _unavailable(error: SQLAlchemyError) -> Problem:
    log.warning("the database cannot be used", error=str(getattr(error, "orig", error)))
    detail = "The database does not answer or its disk is full; nothing was accepted. Try again soon."
    return Problem(Kind.UNAVAILABLE, detail, headers={"Retry-After": str(RETRY_SECONDS)})


def _gone(error: ClientDisconnect) -> Problem:  # noqa: ARG001 - as all handlers are called
    return Problem(Kind.CLIENT_GONE, "The upload was aborted; nothing was accepted.")


def _not_storable(error: DataError | UnicodeError) -> Problem:
    """Answer a value that a database takes for no text or no number, where no check saw it before."""
    log.warning("a value cannot be kept", error=str(getattr(error, "orig", error)))
    return Problem(Kind.INVALID, "A value holds characters or numbers that cannot be kept. Leave them out.")


def _database(error: DBAPIError) -> Problem:
    """Tell a connection that was lost, or a full disk, from a mistake of ours."""
    if error.connection_invalidated or "disk" in str(error.orig):
        return _unavailable(error)
    return _mistake(error)


def _mistake(error: Exception) -> Problem:
    log.error("a request failed", exc_info=error)
    return Problem(Kind.OUR_MISTAKE, "It is logged; trying again may help.")


PROBLEMS: Mapping[type[Exception], Callable[[Any], Problem]] = {
    Problem: _itself,
    HTTPException: _http,
    RequestValidationError: _invalid,
    OperationalError: _unavailable,
    PoolTimeout: _unavailable,
    ClientDisconnect: _gone,
    DataError: _not_storable,
    UnicodeEncodeError: _not_storable,
    DBAPIError: _database,
    Exception: _mistake,
}
