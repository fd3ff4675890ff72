"""Routes for those who watch over the service: is it alive, can it work, and how does it do."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal, cast

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.jobs import Stats
from grader.store.size import last_backup, room_for, size_of
from grader.store.states import Priority, State
from grader.store.tables import Report, Submission
from grader.web.api.bodies import problems
from grader.web.api.context import Context, InContext
from grader.web.api.readiness import READY, Trouble

METRICS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Prometheus text."}
}

GRADE_SECONDS = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)  # training is allowed minutes

Status = Literal["ready", "no worker", "no runner", "not writable", "disk full", "stuck"]

router = APIRouter(tags=["health"])


class LiveBody(BaseModel):
    """The process answers."""

    status: str = "live"


class ReadyBody(BaseModel):
    """What the service needs, and how the queue is."""

    status: Status = Field(
        description="`ready`: it accepts and grades. `no worker`: none lives; `no runner`: none can grade; "
        "`stuck`: submissions wait or are being graded, and nothing happens; uploads are kept meanwhile. "
        "`not writable`, `disk full`: nothing can be kept."
    )
    troubles: list[str] = Field(description="What is wrong, on which host, and what to do: sentences.")
    runners: list[str]
    waiting: int
    grading: int
    workers: int
    slots: int


@router.get("/health/live", summary="Is the process alive")
async def live() -> LiveBody:
    """Answer, which is all that liveness asks."""
    return LiveBody()


@router.get("/health", summary="How is it", responses={503: problems()[503]})
def health(context: InContext) -> ReadyBody:
    """Say what is wrong. The answer is 200 while the database can be read."""
    return _body(*_looked(context))


NOT_READY: dict[int | str, dict[str, Any]] = {503: {**problems()[503], "model": ReadyBody}}


@router.get("/health/ready", summary="Can it accept and grade", responses=NOT_READY)
def ready(context: InContext, response: Response) -> ReadyBody:
    """Say what is wrong; if anything has been for longer than a moment, the answer is 503."""
    stats, troubles = _looked(context)
    if any(each.lasts for each in troubles):
        response.status_code = 503
    return _body(stats, troubles)


def _looked(context: Context) -> tuple[Stats, Sequence[Trouble]]:
    with context.database.read() as session:
        stats = context.queue.stats(session)
    return stats, context.readiness.look(stats)


def _body(stats: Stats, troubles: Sequence[Trouble]) -> ReadyBody:
    status = troubles[0].status if troubles else READY
    return ReadyBody(
        status=cast("Status", status),
        troubles=[*(each.sentence for each in troubles), *stats.refusals, *stats.warnings],
        runners=list(stats.runners),
        waiting=sum(stats.depth.values()),
        grading=stats.grading,
        workers=stats.workers,
        slots=stats.slots,
    )


@router.get("/metrics", summary="Metrics", response_class=Response, responses=METRICS)
def metrics(context: InContext) -> Response:
    """Return the numbers of all workers together, for Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Numbers(context))
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


class _Numbers(Collector):
    """Takes the numbers out of the store, where every worker's work shows."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        with self._context.database.read() as session:
            stats = self._context.queue.stats(session)
        depth = GaugeMetricFamily("grader_queue_depth", "Submissions that wait.", labels=["priority"])
        for priority in Priority:
            depth.add_metric([priority.name.lower()], stats.depth.get(priority, 0))
        yield depth
        yield GaugeMetricFamily(
            "grader_queue_oldest_wait_seconds", "The longest wait.", value=stats.oldest_wait
        )
        yield GaugeMetricFamily("grader_grading", "Submissions that are being graded.", value=stats.grading)
        yield GaugeMetricFamily("grader_workers", "Workers that live.", value=stats.workers)
        yield GaugeMetricFamily("grader_slots", "Slots of the workers that live.", value=stats.slots)
        yield from self._history()
        yield from self._store()

    def _history(self) -> Iterator[Metric]:
        with self._context.database.read() as session:
            states = session.execute(select(Submission.state, func.count()).group_by(Submission.state))
            outcomes = dict(iter(states))
            attempts = session.scalar(select(func.coalesce(func.sum(Submission.attempt), 0)))
            grades = _grades(session)
        family = GaugeMetricFamily("grader_submissions", "Submissions by state.", labels=["state"])
        for state in State:
            family.add_metric([state.value], outcomes.get(state, 0))
        yield family
        yield CounterMetricFamily("grader_attempts", "Attempts at grading.", value=float(attempts or 0))
        yield grades

    def _store(self) -> Iterator[Metric]:
        database = self._context.database
        with database.read() as session:
            size, backup = size_of(database, session), last_backup(session)
        yield GaugeMetricFamily("grader_database_bytes", "Size of the database.", value=size)
        if (room := room_for(database)) is not None:
            yield GaugeMetricFamily("grader_disk_free_bytes", "Room on the disk of SQLite.", value=room)
        yield GaugeMetricFamily(
            "grader_last_backup_timestamp_seconds",
            "When the last backup was made; 0 if none was.",
            value=backup.timestamp() if backup else 0,
        )


def _grades(session: Session) -> Metric:
    """Return how long verdicts took, counted in one pass over an index."""
    within = [func.count().filter(Report.seconds <= bound) for bound in GRADE_SECONDS]
    counted = select(func.count(), func.coalesce(func.sum(Report.seconds), 0.0), *within).select_from(Report)
    count, seconds, *counts = session.execute(counted).one()
    buckets = [(str(bound), found) for bound, found in zip(GRADE_SECONDS, counts, strict=True)]
    return HistogramMetricFamily(
        "grader_grade_seconds",
        "Seconds from the begin of an attempt to its verdict.",
        buckets=[*buckets, ("+Inf", count)],
        sum_value=float(seconds),
    )
