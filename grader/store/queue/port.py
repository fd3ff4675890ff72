"""The port: the interface of a queue, the same for every dispatcher."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from grader.core.fingerprint import Fingerprint
from grader.store.states import Priority

HEARTBEAT_SECONDS = 5
UNKNOWN = Fingerprint("", "", "", "", "")

Work = Callable[[str], None]  # grades the submission with that id; never raises


@dataclass(frozen=True)
class WorkerInfo:
    """A worker: its name, its number of slots, and its runner.

    A worker without slots lives and takes nothing, and `refusal` gives the reason. `warning` is for its
    operator; its verdicts depend on `host` and `fingerprint`.
    """

    name: str
    slots: int
    runner: str
    host: str = ""
    fingerprint: Fingerprint = UNKNOWN
    refusal: str = ""
    warning: str = ""


@dataclass(frozen=True)
class Stats:
    """The queue at a moment.

    Attributes: `depth` (queued submissions by priority), `grading` (submissions being graded), `oldest_wait`
    (seconds of the longest wait), `workers`, and of all workers together `slots`, `runners` (names),
    `refusals` and `warnings` (sentences).
    """

    depth: Mapping[int, int]
    grading: int
    oldest_wait: float
    workers: int
    slots: int
    runners: Sequence[str]
    refusals: Sequence[str] = ()
    warnings: Sequence[str] = ()


class Queue(Protocol):
    """Brings queued submissions to workers. All but `run_worker` return at once; any thread may call them."""

    def enqueue(self, session: Session, submission_ids: list[str], priority: Priority) -> None:
        """Queue submissions for grading, in the transaction of `session`."""

    def cancel(self, session: Session, submission_id: str) -> None:
        """Remove a submission that is no longer queued, in the transaction of `session`."""

    def position(self, session: Session, submission_id: str) -> int | None:
        """Return the submission's place, 1 for the next one; None if it does not wait."""

    def register(self, info: WorkerInfo) -> AbstractContextManager[None]:
        """Register the worker `info` while it does not work. Raises as `run_worker`."""

    def run_worker(self, info: WorkerInfo, work: Work, stop: threading.Event) -> None:
        """Call `work` for submissions, `info.slots` at a time, until `stop` is set and running ones ended.

        One more slot serves bulk regrades (Priority.BULK) only, so that they never starve. Raises
        SQLAlchemyError when the database is gone.
        """

    def reap(self) -> int:
        """Queue again the submissions of dead workers, and those without a job; return their number."""

    def stats(self, session: Session) -> Stats:
        """Measure the queue."""
