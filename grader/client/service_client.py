"""The client of the service: its requests, and errors as sentences.

ServiceError    the service cannot be reached (`status` is 0), or refuses
"""

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx2

from grader.core.text import clean

SUBMISSIONS = "/api/v1/submissions"
TRIES = 5
PAUSE_SECONDS = 2.0
TIMEOUT = httpx2.Timeout(30.0, read=60.0)
MESSAGE_CHARACTERS = 2_000


class ServiceError(Exception):
    """The service refused, or cannot be reached; the message is safe to print."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(clean(message, MESSAGE_CHARACTERS))


@dataclass(frozen=True)
class Event:
    """An event of a submission."""

    kind: str
    data: Mapping[str, Any]


class ServiceClient:
    """Speaks with the service at one address, in the name of one token."""

    def __init__(self, url: str, token: str) -> None:
        """Speak with the service at `url`."""
        self._client = httpx2.Client(
            base_url=url.rstrip("/"), headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT
        )

    def __enter__(self) -> Self:
        """Use the connection in a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Close it."""
        self._client.close()

    def submit(self, content: bytes, assignment: str | None, *, again: bool) -> Mapping[str, Any]:
        """Hand in a zip; tries that repeat are one submission. Raises ServiceError."""
        data = {
            name: value for name, value in (("assignment", assignment), ("again", again and "true")) if value
        }
        return self._json(
            "POST",
            SUBMISSIONS,
            files={"archive": ("project.zip", content, "application/zip")},
            data=data,
            headers={"Idempotency-Key": secrets.token_hex(16)},
        )

    def submissions(self, limit: int) -> list[Mapping[str, Any]]:
        """Return the newest submissions. Raises ServiceError."""
        found: list[Mapping[str, Any]] = self._json("GET", SUBMISSIONS, params={"limit": limit})[
            "submissions"
        ]
        return found

    def submission(self, submission_id: str) -> Mapping[str, Any]:
        """Return where a submission stands. Raises ServiceError."""
        return self._json("GET", f"{SUBMISSIONS}/{submission_id}")

    def report(self, submission_id: str) -> Mapping[str, Any]:
        """Return the report. Raises ServiceError."""
        return self._json("GET", f"{SUBMISSIONS}/{submission_id}/report")

    def follow(self, submission_id: str) -> Iterator[Event]:
        """Yield events until the submission is done, through interruptions. Raises ServiceError."""
        last, failures = "", 0
        while True:
            try:
                for identity, event in self._events(submission_id, last):
                    last, failures = identity or last, 0
                    yield event
            except httpx2.TransportError as error:
                failures += 1
                if failures >= TRIES:
                    raise ServiceError(0, f"the service stopped answering: {error}") from None
                time.sleep(PAUSE_SECONDS)
            else:
                if self.submission(submission_id)["state"] not in {"queued", "grading"}:
                    return

    def _events(self, submission_id: str, last: str) -> Iterator[tuple[str, Event]]:
        headers = {"Last-Event-ID": last} if last else {}
        path = f"{SUBMISSIONS}/{submission_id}/events"
        with self._client.stream("GET", path, headers=headers) as response:
            if response.is_error:
                response.read()
                raise _error(response)
            fields: dict[str, str] = {}
            for line in response.iter_lines():
                name, _, value = line.partition(": ")
                if line:
                    fields[name] = value
                elif "data" in fields:
                    yield fields.get("id", ""), Event(fields.get("event", ""), json.loads(fields["data"]))
                    fields = {}

    def _json(self, method: str, path: str, **request: Any) -> Mapping[str, Any]:
        """Return the answer, trying again while the service cannot be reached or says 503."""
        for tries_left in reversed(range(TRIES)):
            try:
                response = self._client.request(method, path, **request)
            except httpx2.InvalidURL as error:
                raise ServiceError(0, f"{self._client.base_url} is no address: {error}") from None
            except httpx2.TransportError as error:
                if not tries_left:
                    raise ServiceError(0, f"{self._client.base_url} cannot be reached: {error}") from None
            else:
                if response.is_success:
                    answer: Mapping[str, Any] = response.json()
                    return answer
                if response.status_code != httpx2.codes.SERVICE_UNAVAILABLE or not tries_left:
                    raise _error(response)
            time.sleep(PAUSE_SECONDS)
        raise AssertionError("the last try returns or raises")


def _error(response: httpx2.Response) -> ServiceError:
    try:
        detail = response.json()["detail"]
    except (ValueError, KeyError, TypeError):
        detail = f"the service answered {response.status_code}"
    return ServiceError(response.status_code, str(detail))
