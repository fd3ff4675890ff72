"""Middleware for every request: a size limit before parsing, an id, strict headers, a log line."""

import re
import secrets
import time

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.web.api_error import Answer, ApiError, ErrorType, as_json

REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
STRICT = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
CODE = re.compile("(/login/+).+", re.IGNORECASE)  # the code of a link is a secret, even in a misspelled path
QUIET_PATHS = ("/health", "/metrics")

log = structlog.get_logger()


class SizeCap:
    """Refuses a body that is too large, by its stated length and by its real one."""

    def __init__(self, app: ASGIApp, limit: int, archive_bytes: int, answer: Answer = as_json) -> None:
        """Allow `app` to read `limit` bytes of a request; `answer` gives the refusal its form.

        A form is a little larger than the archive in it, so the refusal names the limit of the archive.
        """
        self._app = app
        self._limit = limit
        self._archive_bytes = archive_bytes
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        stated = Headers(scope=scope).get("content-length", "")
        if stated.isdigit() and int(stated) > self._limit:
            answer = await run_in_threadpool(self._answer, Request(scope), self._too_large())
            await answer(scope, receive, send)
            return
        received = 0

        async def receive_capped() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise self._too_large()
            return message

        await self._app(scope, receive_capped, send)

    def _too_large(self) -> ApiError:
        detail = f"The limit is {self._archive_bytes:,} bytes. Hand in the project's own files only."
        return ApiError(ErrorType.TOO_LARGE, detail, headers={"Connection": "close"})


class NoNul:
    """Refuses a URL with a NUL: PostgreSQL keeps none in a text, and no name here has one."""

    def __init__(self, app: ASGIApp, answer: Answer = as_json) -> None:
        """Wrap `app`; `answer` gives the refusal its form."""
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            await self._app(scope, receive, send)
            return
        type_ = ErrorType.NOT_FOUND if "\0" in scope["path"] else ErrorType.INVALID
        error = ApiError(type_, "The URL contains a NUL character. Leave it out.")
        answer = await run_in_threadpool(self._answer, Request(scope), error)
        await answer(scope, receive, send)


class Trace:
    """Gives a request its id and its answer the strict headers, and logs both in one line."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        answer: dict[str, int] = {}

        async def send_traced(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer["status"] = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in STRICT.items():
                    headers.setdefault(name, value)
            await send(message)

        with structlog.contextvars.bound_contextvars(request=request_id):
            began = time.perf_counter()
            try:
                await self._app(scope, receive, send_traced)
            finally:
                if not scope["path"].startswith(QUIET_PATHS):
                    milliseconds = round(1000 * (time.perf_counter() - began), 1)
                    path = CODE.sub(r"\1[code]", scope["path"])
                    log.info("request", method=scope["method"], path=path, ms=milliseconds, **answer)
