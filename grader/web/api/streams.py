"""Event streams: how many one person may have open, and an end to them when that person's session ends."""

import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from grader.web.api.problems import Kind, Problem

ASK_SECONDS = 2.0  # between two looks at whether a session still stands
RETRY_SECONDS = 30


class Streams:
    """Counts the open streams of each person, in this process."""

    def __init__(self, most: int) -> None:
        """Allow each person `most` streams at a time."""
        self._most = most
        self._open: Counter[int] = Counter()
        self._lock = threading.Lock()

    def answer(self, user_id: int, events: AsyncIterator[str]) -> StreamingResponse:
        """Return the answer that sends `events`. Raises Problem when the person has too many open."""
        with self._lock:
            if self._open[user_id] >= self._most:
                raise _too_many(self._most)
            self._open[user_id] += 1
        return _Stream(events, lambda: self._close(user_id))

    def _close(self, user_id: int) -> None:
        with self._lock:
            self._open[user_id] -= 1
            if not self._open[user_id]:
                del self._open[user_id]


class _Stream(StreamingResponse):
    """An answer that says when it is over, however it ends."""

    def __init__(self, events: AsyncIterator[str], close: Callable[[], None]) -> None:
        headers = {"X-Accel-Buffering": "no"}
        super().__init__(events, media_type="text/event-stream", headers=headers)
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._close()


class StillAllowed:
    """Whether somebody may still follow a submission: sessions end and roles change meanwhile."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        """Have `ask` look, every so often."""
        self._ask = ask
        self._asked_at = time.monotonic()

    def __call__(self) -> bool:
        """Return False once it is over."""
        if time.monotonic() - self._asked_at < ASK_SECONDS:
            return True
        self._asked_at = time.monotonic()
        return self._ask()


def _too_many(most: int) -> Problem:
    detail = (
        f"You follow {most} submissions already, in as many tabs or programs. Close one, or load this page "
        "again now and then: it shows how far the submission is."
    )
    return Problem(Kind.TOO_MANY, detail, headers={"Retry-After": str(RETRY_SECONDS)})
