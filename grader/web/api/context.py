"""What the routes work with, made once by whoever starts the service."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, cast

from anyio import CapacityLimiter
from fastapi import Depends, Request

from grader.intake import DEFAULT_LIMITS
from grader.jobs import Queue
from grader.store import Database
from grader.store.group_commit import GroupCommit
from grader.store.tokens import note_uses
from grader.web.api.acceptance import Acceptance, Accepted, Arrival
from grader.web.api.costs import Costs
from grader.web.api.pace import Pace
from grader.web.api.problems import Problem
from grader.web.api.readiness import Readiness
from grader.web.api.streams import Streams
from grader.web.api.throttle import Throttle

USES_GATHER_SECONDS = 1.0


@dataclass(frozen=True)
class Context:
    """The parts of the service.

    Attributes: `template` (makes the zip that students start from), `upload_bytes` (the largest request),
    `intake` (how many uploads are unpacked at a time), `guesses` (the rate limit on wrong tokens and links),
    `streams` (those that are open), `costs` (of uploads that come to nothing). The properties follow from
    these.
    """

    database: Database
    queue: Queue
    template: Callable[[], bytes]
    upload_bytes: int
    intake: CapacityLimiter
    guesses: Throttle
    streams: Streams
    costs: Costs

    @property
    def archive_bytes(self) -> int:
        """The most that a person may hand in, which is the number that all messages name."""
        return min(self.upload_bytes, DEFAULT_LIMITS.upload_bytes)

    @cached_property
    def accepting(self) -> GroupCommit[Arrival, Accepted | Problem]:
        """What keeps uploads, those that come together in one transaction."""
        keep = Acceptance(self.queue, self.pace)
        return GroupCommit(self.database, keep, apart_by=lambda arrival: arrival.who.id)

    @cached_property
    def uses(self) -> GroupCommit[str, None]:
        """What notes that tokens were used, a moment later, as nobody waits for it."""
        return GroupCommit(self.database, note_uses, apart_by=str, patience=USES_GATHER_SECONDS)

    @cached_property
    def readiness(self) -> Readiness:
        """What keeps the service from accepting and grading."""
        return Readiness(self.database, self.queue)

    @cached_property
    def pace(self) -> Pace:
        """How fast the queue moves."""
        return Pace(self.queue)


async def context_of(request: Request) -> Context:
    """Return the context that the application was made with."""
    return cast("Context", request.app.state.context)


InContext = Annotated[Context, Depends(context_of)]
