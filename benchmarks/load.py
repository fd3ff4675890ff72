"""A bare HTTP client for benchmarks: requests are made beforehand, so that it takes little time itself.

Three kinds of load answer three questions. `at_once`: so many uploads in the same instant, once. `in_a_loop`:
so many connections, each of which sends its next upload when its last is answered; their times are the number
of connections over the rate, whatever the service is. `over_time`: uploads that come when they come, however
long earlier ones take, as students do.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BOUNDARY = "benchmark"
HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Answer:
    """An answer, and the seconds until it came."""

    status: int
    body: bytes
    seconds: float


def upload(path: str, authorization: str, content: bytes) -> bytes:
    """Return the request that hands a zip in."""
    body = (
        (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="archive"; filename="work.zip"\r\n'
            "Content-Type: application/zip\r\n\r\n"
        ).encode()
        + content
        + f"\r\n--{BOUNDARY}--\r\n".encode()
    )
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {authorization}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def at_once(port: int, requests: Sequence[bytes]) -> list[Answer]:
    """Send all requests in the same instant, over connections that stand."""

    async def run() -> list[Answer]:
        connections = [await _Connection.open(port) for _ in requests]
        return await asyncio.gather(
            *(each.ask(request) for each, request in zip(connections, requests, strict=True))
        )

    return asyncio.run(run())


def in_a_loop(port: int, requests: Iterable[bytes], connections: int) -> tuple[list[Answer], float]:
    """Send requests over so many connections, one after the other on each; return also the rate a second."""
    waiting, answers = iter(requests), []

    async def work() -> None:
        connection = await _Connection.open(port)
        answers.extend([await connection.ask(request) for request in waiting])

    async def run() -> float:
        began = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(connections)))
        return time.perf_counter() - began

    seconds = asyncio.run(run())
    return answers, len(answers) / seconds


def over_time(port: int, requests: Sequence[bytes], seconds: float) -> list[Answer]:
    """Send requests evenly over `seconds`, each on a connection of its own."""

    async def one(number: int, request: bytes) -> Answer:
        await asyncio.sleep(number * seconds / len(requests))
        connection = await _Connection.open(port)
        return await connection.ask(request)

    async def run() -> list[Answer]:
        return await asyncio.gather(*(one(*each) for each in enumerate(requests)))

    return asyncio.run(run())


@dataclass(frozen=True)
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, port: int) -> "_Connection":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, request: bytes) -> Answer:
        began = time.perf_counter()
        self.writer.write(request)
        head = await self.reader.readuntil(HEAD_END)
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        body = await self.reader.readexactly(int(lengths[0].partition(b":")[2]))
        return Answer(int(head.split()[1]), body, time.perf_counter() - began)
