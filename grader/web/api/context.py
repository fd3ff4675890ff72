"""What the routes work with, made once by whoever starts the service."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, cast

from anyio import CapacityLimiter
from fastapi import Depends, Request

from grader.jobs import Queue
from grader.store import Database
from grader.store.submissions import Basis
from grader.web.api.throttle import Throttle


@dataclass(frozen=True)
class Context:
    """The parts of the service.

    Attributes: `basis` (the hashes of suite and rubric that verdicts now rest on), `template` (makes the zip
    that students start from), `upload_bytes` (the
    largest request), `intake` (how many uploads are unpacked at a time), `token_guesses` and
    `address_guesses` (the brakes on wrong tokens, by address and token and by address alone).
    """

    database: Database
    queue: Queue
    basis: Basis
    template: Callable[[], bytes]
    upload_bytes: int
    intake: CapacityLimiter
    token_guesses: Throttle
    address_guesses: Throttle


def context_of(request: Request) -> Context:
    """Return the context that the application was made with."""
    return cast("Context", request.app.state.context)


InContext = Annotated[Context, Depends(context_of)]
