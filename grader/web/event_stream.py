"""Server-sent events: the one loop behind every stream, of the API and of the pages."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

from fastapi import Request
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from grader.usecases.streams import Streams

POLL_SECONDS = 0.5
KEEP_ALIVE_SECONDS = 15


@dataclass(frozen=True)
class Batch:
    """Formatted events to send now, and whether they are the last."""

    events: Iterable[bytes] = ()
    is_last: bool = False


def stream_events(
    request: Request, streams: Streams, user_id: int, poll: Callable[[], Batch]
) -> EventSourceResponse:
    """Return the response that sends the events of `poll`. Raises RateLimitError.

    A thread calls `poll` every POLL_SECONDS, until its last batch or until the client is gone.
    """
    streams.open(user_id)
    return _CountedStream(_loop(request, poll), lambda: streams.close(user_id))


async def _loop(request: Request, poll: Callable[[], Batch]) -> AsyncIterator[bytes]:
    sent_at = time.monotonic()
    while not await request.is_disconnected():
        batch = await run_in_threadpool(poll)
        content = b"".join(batch.events)
        if not content and time.monotonic() - sent_at > KEEP_ALIVE_SECONDS:
            content = KEEPALIVE_COMMENT
        if content:
            sent_at = time.monotonic()
            yield content
        if batch.is_last:
            return
        await asyncio.sleep(POLL_SECONDS)


class _CountedStream(EventSourceResponse):
    """A stream that calls `close` at its end, however it ends."""

    def __init__(self, events: AsyncIterator[bytes], close: Callable[[], None]) -> None:
        super().__init__(events, headers={"X-Accel-Buffering": "no"})  # else nginx holds events back
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._close()
