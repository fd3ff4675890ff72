"""Keeps pages that do not change: rendered and compressed once, then answered by their ETag.

The key of a page is all that its text depends on. Requests with equal keys get the same bytes, and a browser
that has them gets a 304 without a body. The cache is bounded by its bytes: the page that nobody asked for
longest goes first.
"""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

MOST_BYTES = 64 * 1024 * 1024
COMPRESSION = 6  # of 9: a kept page is compressed once
NOT_MODIFIED = 304
ETAG_DIGITS = 32


class PageCache:
    """Compressed pages by their ETags. Any thread may ask."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Keep at most `most_bytes` of pages."""
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._pages: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0

    def answer(
        self, request: Request, key: Sequence[object], make: Callable[[], str], **headers: str
    ) -> Response:
        """Return the page of `key`, which `make` renders unless it is kept, with further `headers`.

        The `repr` of each value of the key shows all that the value has.
        """
        etag = f'W/"{hashlib.sha256(repr(key).encode()).hexdigest()[:ETAG_DIGITS]}"'
        headers |= {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding, Cookie"}
        if etag in request.headers.get("If-None-Match", ""):
            return Response(status_code=NOT_MODIFIED, headers=headers)
        content = self._find(etag) or self._keep(etag, gzip.compress(make().encode(), COMPRESSION))
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
        else:
            content = gzip.decompress(content)
        return HTMLResponse(content, headers=headers)

    def _find(self, etag: str) -> bytes | None:
        with self._lock:
            if (kept := self._pages.get(etag)) is not None:
                self._pages.move_to_end(etag)
            return kept

    def _keep(self, etag: str, content: bytes) -> bytes:
        """Keep a page, and let the oldest ones go; return it."""
        with self._lock:
            self._bytes += len(content) - len(self._pages.pop(etag, b""))
            self._pages[etag] = content
            while self._bytes > self._most_bytes:
                self._bytes -= len(self._pages.popitem(last=False)[1])
        return content
