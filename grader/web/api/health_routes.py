"""Routes for monitoring: liveness, readiness, health and metrics."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal, cast

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import BaseModel, Field

from grader.store.queue import Stats
from grader.store.states import Priority, State
from grader.usecases.context import Context
from grader.usecases.metrics import GRADE_SECONDS, GradeTimes, Measurements, measure_service
from grader.usecases.readiness import READY, ReadinessIssue
from grader.web.api.bodies import describe_errors
from grader.web.dependencies import InContext

METRICS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Prometheus text."}
}

Status = Literal["ready", "no worker", "no runner", "not writable", "disk full", "stuck"]

router = APIRouter(tags=["health"])


class LiveBody(BaseModel):
    """The process answers."""

    status: str = "live"


class ReadyBody(BaseModel):
    """The state of the service and its queue."""

    status: Status = Field(
        description="`ready`: it accepts and grades. `no worker`: none is alive; `no runner`: none works; "
        "`stuck`: submissions wait or are being graded, and nothing happens; uploads are kept meanwhile. "
        "`not writable`, `disk full`: nothing can be kept."
    )
    troubles: list[str] = Field(description="Each problem with its host and the next step, in a sentence.")
    runners: list[str]
    waiting: int
    grading: int
    workers: int
    slots: int


@router.get("/health/live", summary="Is the process alive")
async def live() -> LiveBody:
    """Return 200: the process answers."""
    return LiveBody()


@router.get("/health", summary="How is it", responses={503: describe_errors()[503]})
def health(context: InContext) -> ReadyBody:
    """List the problems of the service. The status is 200 while the database can be read."""
    return _body(*_look(context))


NOT_READY: dict[int | str, dict[str, Any]] = {503: {**describe_errors()[503], "model": ReadyBody}}


@router.get("/health/ready", summary="Can it accept and grade", responses=NOT_READY)
def ready(context: InContext, response: Response) -> ReadyBody:
    """List the problems of the service. The status is 503 if one of them lasts."""
    stats, issues = _look(context)
    if any(each.lasts for each in issues):
        response.status_code = 503
    return _body(stats, issues)


def _look(context: Context) -> tuple[Stats, Sequence[ReadinessIssue]]:
    with context.database.read() as session:
        stats = context.queue.stats(session)
    return stats, context.readiness.look(stats)


def _body(stats: Stats, issues: Sequence[ReadinessIssue]) -> ReadyBody:
    status = issues[0].status if issues else READY
    return ReadyBody(
        status=cast("Status", status),
        troubles=[*(each.sentence for each in issues), *stats.refusals, *stats.warnings],
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
    """Collects the numbers from the store, which has the work of every worker."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        found = measure_service(self._context)
        yield from _queue_metrics(found.queue)
        yield from _history_metrics(found)
        yield from _store_metrics(found)


def _queue_metrics(stats: Stats) -> Iterator[Metric]:
    depth = GaugeMetricFamily("grader_queue_depth", "Submissions that wait.", labels=["priority"])
    for priority in Priority:
        depth.add_metric([priority.name.lower()], stats.depth.get(priority, 0))
    yield depth
    yield GaugeMetricFamily("grader_queue_oldest_wait_seconds", "The longest wait.", value=stats.oldest_wait)
    yield GaugeMetricFamily("grader_grading", "Submissions that are being graded.", value=stats.grading)
    yield GaugeMetricFamily("grader_workers", "Workers that are alive.", value=stats.workers)
    yield GaugeMetricFamily("grader_slots", "Slots of the workers that are alive.", value=stats.slots)


def _history_metrics(found: Measurements) -> Iterator[Metric]:
    family = GaugeMetricFamily("grader_submissions", "Submissions by state.", labels=["state"])
    for state in State:
        family.add_metric([state.value], found.states.get(state, 0))
    yield family
    yield CounterMetricFamily("grader_attempts", "Attempts at grading.", value=float(found.attempts))
    yield _grade_metric(found.grade_times)


def _store_metrics(found: Measurements) -> Iterator[Metric]:
    yield GaugeMetricFamily("grader_database_bytes", "Size of the database.", value=found.database_bytes)
    if found.disk_free is not None:
        yield GaugeMetricFamily(
            "grader_disk_free_bytes", "Free bytes on the disk of SQLite.", value=found.disk_free
        )
    yield GaugeMetricFamily(
        "grader_last_backup_timestamp_seconds",
        "When the last backup was made; 0 if none was.",
        value=found.last_backup.timestamp() if found.last_backup else 0,
    )


def _grade_metric(times: GradeTimes) -> Metric:
    buckets = [(str(bound), found) for bound, found in zip(GRADE_SECONDS, times.within, strict=True)]
    return HistogramMetricFamily(
        "grader_grade_seconds",
        "Seconds from the begin of an attempt to its verdict.",
        buckets=[*buckets, ("+Inf", times.count)],
        sum_value=times.seconds,
    )
