"""Errors as HTTP answers: the one table from exceptions to RFC 9457 problem details.

ApiError    an answer that is no success; handlers turn all other errors into one

The API answers it as JSON, the pages as a page: the two forms are given to `handle_errors`.
"""

from collections.abc import Callable, Mapping
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
from grader.usecases.use_case_error import (
    ConflictError,
    InvalidInputError,
    KeyReusedError,
    NotAllowedError,
    NotFoundError,
    NotSignedInError,
    RateLimitError,
    UseCaseError,
)

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 10
NO_ADDRESS = "Nothing has this address. Check its spelling."

log = structlog.get_logger()


class ErrorType(Enum):
    """The types of errors: type, status, title."""

    BAD_REQUEST = ("bad-request", 400, "The request cannot be read")
    NOT_SIGNED_IN = ("not-signed-in", 401, "Sign in first")
    NOT_ALLOWED = ("not-allowed", 403, "Your role does not allow this")
    NOT_FOUND = ("not-found", 404, "Page not found")
    NO_METHOD = ("method-not-allowed", 405, "Method not allowed")
    NOT_ACCEPTABLE = ("not-acceptable", 406, "No such format")
    NOT_NOW = ("conflict", 409, "Not possible in this state")
    TOO_LARGE = ("too-large", 413, "The upload is too large")
    NOT_MULTIPART = ("not-multipart", 415, "The upload must be a form")
    WRONG_HOST = ("wrong-host", 421, "Wrong host")
    INVALID = ("invalid", 422, "A value is not valid")
    REFUSED = ("refused", 422, "Upload rejected. No attempt used")
    KEY_REUSED = ("idempotency-key-reused", 422, "The idempotency key belongs to another upload")
    TOO_MANY = ("too-many", 429, "Too many requests")
    CLIENT_GONE = ("client-gone", 499, "The client closed the connection")  # only the log shows it
    OUR_MISTAKE = ("mistake", 500, "Internal error")
    UNAVAILABLE = ("unavailable", 503, "Service unavailable")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[1]


BY_STATUS = {
    kind.status: kind for kind in reversed(ErrorType) if kind not in {ErrorType.REFUSED, ErrorType.KEY_REUSED}
}


class ApiError(Exception):
    """An answer that is no success."""

    def __init__(
        self, type_: ErrorType, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        """Explain in `detail` the error and the next step; `more` are further members of the body."""
        super().__init__(detail)
        self.type = type_
        self.headers = dict(headers or {})
        self.body = {"type": f"urn:problem:{type_.value[0]}", "title": type_.value[2], "status": type_.status}
        self.body |= {"detail": detail, **more}

    def response(self) -> JSONResponse:
        """Return the answer."""
        return JSONResponse(self.body, self.type.status, headers=self.headers, media_type=MEDIA_TYPE)


Answer = Callable[[Request, ApiError], Response]


def to_api_error(error: UseCaseError | Refused) -> ApiError:
    """Return the answer to an error of a use case, or to a refused upload."""
    if isinstance(error, Refused):
        return _convert_refusal(error)
    headers = HEADERS.get(type(error), {})
    if isinstance(error, RateLimitError):
        headers = {"Retry-After": str(error.retry_seconds)}
    return ApiError(TYPES[type(error)], str(error), headers=headers, **error.facts)


def _convert_refusal(refusal: Refused) -> ApiError:
    """Return the answer that names the rule and the entry of a refused upload."""
    sentence = str(refusal).removeprefix("refused: ")
    detail = sentence[:1].upper() + sentence[1:]
    return ApiError(
        ErrorType.REFUSED, detail, rule=str(refusal.rule), entry=refusal.entry, advice=refusal.rule.advice
    )


def as_json(request: Request, error: ApiError) -> Response:  # noqa: ARG001 - as Answer is called
    """Return an error as the API answers it."""
    return error.response()


def handle_errors(app: FastAPI, answer: Answer = as_json) -> None:
    """Answer every error in the form that `answer` gives it."""
    for error, convert in CONVERSIONS.items():
        app.add_exception_handler(error, _handler(convert, answer))


def _handler(convert: Callable[[Any], ApiError], answer: Answer) -> Callable[..., Response]:
    def handle(request: Request, error: Exception) -> Response:  # in a thread: pages look up who is signed in
        return answer(request, convert(error))

    return handle


def _return_same(error: ApiError) -> ApiError:
    return error


def _convert_http(error: HTTPException) -> ApiError:
    kind = BY_STATUS.get(error.status_code, ErrorType.BAD_REQUEST)
    detail = NO_ADDRESS if kind is ErrorType.NOT_FOUND else str(error.detail)
    return ApiError(kind, detail, headers=error.headers)


def _convert_invalid(error: RequestValidationError) -> ApiError:
    errors = [{"where": ".".join(map(str, each["loc"])), "what": each["msg"]} for each in error.errors()]
    detail = "; ".join(f"{each['where']}: {each['what']}" for each in errors)
    return ApiError(ErrorType.INVALID, detail, errors=errors)


def _convert_unavailable(error: SQLAlchemyError) -> ApiError:
    log.warning("the database cannot be used", error=str(getattr(error, "orig", error)))
    detail = "The database does not answer, or its disk is full. Nothing was accepted. Try again soon."
    return ApiError(ErrorType.UNAVAILABLE, detail, headers={"Retry-After": str(RETRY_SECONDS)})


def _convert_disconnect(error: ClientDisconnect) -> ApiError:  # noqa: ARG001 - as all handlers are called
    return ApiError(ErrorType.CLIENT_GONE, "The upload was aborted; nothing was accepted.")


def _convert_unstorable(error: DataError | UnicodeError) -> ApiError:
    """Return 422 for a value that the database rejects and no earlier check found."""
    log.warning("a value cannot be kept", error=str(getattr(error, "orig", error)))
    return ApiError(
        ErrorType.INVALID, "A value has characters or numbers that cannot be stored. Leave them out."
    )


def _convert_database_error(error: DBAPIError) -> ApiError:
    """Return 503 for a lost connection or a full disk, and 500 for other database errors."""
    if error.connection_invalidated or "disk" in str(error.orig):
        return _convert_unavailable(error)
    return _convert_mistake(error)


def _convert_mistake(error: Exception) -> ApiError:
    log.error("a request failed", exc_info=error)
    return ApiError(ErrorType.OUR_MISTAKE, "The error is logged. Try again.")


TYPES: Mapping[type[UseCaseError], ErrorType] = {
    InvalidInputError: ErrorType.INVALID,
    KeyReusedError: ErrorType.KEY_REUSED,
    NotSignedInError: ErrorType.NOT_SIGNED_IN,
    NotAllowedError: ErrorType.NOT_ALLOWED,
    NotFoundError: ErrorType.NOT_FOUND,
    ConflictError: ErrorType.NOT_NOW,
    RateLimitError: ErrorType.TOO_MANY,
}
HEADERS: Mapping[type[UseCaseError], Mapping[str, str]] = {
    NotSignedInError: {"WWW-Authenticate": "Bearer"},
}
CONVERSIONS: Mapping[type[Exception], Callable[[Any], ApiError]] = {
    ApiError: _return_same,
    UseCaseError: to_api_error,
    Refused: to_api_error,
    HTTPException: _convert_http,
    RequestValidationError: _convert_invalid,
    OperationalError: _convert_unavailable,
    PoolTimeout: _convert_unavailable,
    ClientDisconnect: _convert_disconnect,
    DataError: _convert_unstorable,
    UnicodeEncodeError: _convert_unstorable,
    DBAPIError: _convert_database_error,
    Exception: _convert_mistake,
}
