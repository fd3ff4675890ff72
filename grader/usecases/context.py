"""The parts of the service that the use cases work with, made once at the start."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from anyio import CapacityLimiter

from grader.intake import DEFAULT_LIMITS
from grader.store import Database
from grader.store.group_commit import GroupCommit
from grader.store.queue import Queue
from grader.store.tokens import note_uses
from grader.usecases.acceptance import Acceptance, Accepted, Arrival
from grader.usecases.costs import Costs
from grader.usecases.pace import Pace
from grader.usecases.readiness import Readiness
from grader.usecases.streams import Streams
from grader.usecases.throttle import Throttle
from grader.usecases.use_case_error import UseCaseError

USES_GATHER_SECONDS = 1.0


@dataclass(frozen=True)
class Context:
    """The parts of the service.

    Attributes: `template` (makes the zip that students start from), `upload_bytes` (the largest request),
    `intake` (limits how many uploads are unpacked at a time), `guesses` (the rate limit on wrong tokens and
    links), `streams` (counts the open event streams), `costs` (the rate limit on uploads that spend no
    attempt).
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
        """The size limit of an archive, which all messages name."""
        return min(self.upload_bytes, DEFAULT_LIMITS.upload_bytes)

    @cached_property
    def accepting(self) -> GroupCommit[Arrival, Accepted | UseCaseError]:
        """Writes uploads; those that come together share a transaction."""
        keep = Acceptance(self.queue, self.pace)
        return GroupCommit(self.database, keep, apart_by=lambda arrival: arrival[0].id)

    @cached_property
    def uses(self) -> GroupCommit[str, None]:
        """Notes the use of tokens, a moment later: no request waits for it."""
        return GroupCommit(self.database, note_uses, apart_by=str, max_delay=USES_GATHER_SECONDS)

    @cached_property
    def readiness(self) -> Readiness:
        """Finds the reasons why the service cannot accept or grade."""
        return Readiness(self.database, self.queue)

    @cached_property
    def pace(self) -> Pace:
        """Estimates how long submissions wait."""
        return Pace(self.queue)
