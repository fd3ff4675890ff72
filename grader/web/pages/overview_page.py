"""The overview of an assignment for staff: scores, hard problems, common failures, grader errors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from grader.core.deadline import closing
from grader.core.rubric import Part
from grader.core.scoring import Outcome
from grader.core.statistics import Arrivals, Bin, PassRate, arrivals_over_time, histogram, median, pass_rates
from grader.store.courses import due_in_words
from grader.store.failed_tests import CommonFailure, count_failed_tests, find_common_failures
from grader.store.grader_failures import GraderFailure, find_grader_failures
from grader.store.queue import Stats
from grader.store.states import WAITING
from grader.store.submissions import arrivals
from grader.store.tables import AssignmentRow
from grader.usecases.context import Context
from grader.web.api_error import ApiError, ErrorType
from grader.web.dependencies import InContext
from grader.web.pages.charts import Bar, bars
from grader.web.pages.class_view import ClassView, SelectedClass
from grader.web.pages.current_user import CurrentUser
from grader.web.pages.page_context import InPageContext, PageContext
from grader.web.pages.view import csv_file, page, utc

FAILURES = 100  # looked at
SHOWN = 15
UNWRITTEN = "NotImplementedError"  # the error of stubs in old reports, which had no such outcome

router = APIRouter(prefix="/assignments/{assignment_id}")


@dataclass(frozen=True)
class Hardness:
    """The pass rate of a problem, and how many students failed each of its tests, hardest first."""

    rate: PassRate
    lost: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Overview:
    """The values of the page.

    Bonus problems and unwritten code have lists of their own: else they would hide the common failures.
    """

    class_view: ClassView
    median: float | None
    max_score: int
    waiting: int
    bins: Sequence[Bin]
    problems: Sequence[Hardness]
    bonus: Sequence[Hardness]
    failures: Sequence[CommonFailure]
    unwritten: Sequence[CommonFailure]
    arrivals: Arrivals
    grader_failures: Sequence[GraderFailure]
    queue: Stats
    due: str | None

    @property
    def score_bars(self) -> tuple[Bar, ...]:
        """The spread of the scores as a chart."""
        return bars([(each.label, each.count) for each in self.bins])

    @property
    def arrival_bars(self) -> tuple[Bar, ...]:
        """The submissions over time as a chart."""
        return bars([(utc(each.end), each.count) for each in self.arrivals.bins])

    @property
    def deadline(self) -> float | None:
        """The place of the deadline in that chart."""
        chart, in_time = self.arrival_bars, self.arrivals.in_time
        if in_time is None or not chart:
            return None
        return chart[in_time].x if in_time < len(chart) else chart[-1].x + chart[-1].width


@router.get("/overview")
def show_overview(
    request: Request,
    context: InContext,
    page_context: InPageContext,
    who: CurrentUser,
    class_view: SelectedClass,
) -> Response:
    """Show the overview of a class."""
    found = overview(context, page_context, class_view)
    titles = {problem.id: problem.title for problem in page_context.rubric.problems}
    return page(request, "overview.html.j2", who, found=found, class_view=class_view, titles=titles)


@router.get("/tables/{name}.csv")
def get_table(
    context: InContext, page_context: InPageContext, class_view: SelectedClass, name: str
) -> Response:
    """Return one of the page's tables for a spreadsheet."""
    if name not in TABLES:
        raise ApiError(ErrorType.NOT_FOUND, f"There is no such table; there are {', '.join(TABLES)}.")
    return csv_file(name, TABLES[name](overview(context, page_context, class_view)))


def overview(context: Context, page_context: PageContext, class_view: ClassView) -> Overview:
    """Return the values of the page."""
    ids = [each.submission_id for each in class_view.counted]
    scores = [each.earned.score for each in class_view.counted]
    assignment, rubric = class_view.assignment, page_context.rubric
    with context.database.read() as session:
        lost = count_failed_tests(session, ids)
        failures = find_common_failures(session, ids, FAILURES)
        return Overview(
            class_view=class_view,
            median=median(scores),
            max_score=rubric.max_score,
            waiting=sum(
                each.newest is not None and each.newest.state in WAITING for each in class_view.students
            ),
            bins=histogram(scores, rubric.max_score),
            problems=_hardness(rubric.parts, class_view, lost),
            bonus=_hardness(rubric.bonus_parts, class_view, lost),
            failures=[each for each in failures if not _is_unwritten(each)][:SHOWN],
            unwritten=[each for each in failures if _is_unwritten(each)][:SHOWN],
            arrivals=_arrivals(session, assignment),
            grader_failures=find_grader_failures(session, assignment.id),
            queue=context.queue.stats(session),
            due=due_in_words(session, assignment),
        )


def _arrivals(session: Session, assignment: AssignmentRow) -> Arrivals:
    due_at = assignment.due_at
    return arrivals_over_time(arrivals(session, assignment.id), closing(due_at) if due_at else None)


def _is_unwritten(failure: CommonFailure) -> bool:
    return failure.outcome is Outcome.NOT_WRITTEN or failure.reason.startswith(UNWRITTEN)


def _hardness(
    parts: Sequence[Part], class_view: ClassView, lost: Mapping[tuple[str, str], int]
) -> list[Hardness]:
    problems = [problem for part in parts for problem in part.problems]
    rates = pass_rates(problems, [each.earned.points for each in class_view.counted])
    return [Hardness(rate, _of(lost, rate.problem.id)) for rate in rates]


def _of(lost: Mapping[tuple[str, str], int], problem_id: str) -> list[tuple[str, int]]:
    tests = [(test, count) for (problem, test), count in lost.items() if problem == problem_id]
    return sorted(tests, key=lambda pair: (-pair[1], pair[0]))


Rows = Iterable[Sequence[str]]


def _score_rows(found: Overview) -> Rows:
    yield "score", "students"
    yield from ((each.label, str(each.count)) for each in found.bins)


def _problem_rows(found: Overview) -> Rows:
    yield "problem", "title", "mean share of points", "full", "partial", "none", "not judged"
    for each in (hardness.rate for hardness in (*found.problems, *found.bonus)):
        share = "" if each.rate is None else f"{each.rate:.4f}"
        counts = (each.full, each.partial, each.none, each.not_judged)
        yield each.problem.id, each.problem.title, share, *map(str, counts)


def _test_rows(found: Overview) -> Rows:
    yield "problem", "test", "students who lost it"
    for each in (*found.problems, *found.bonus):
        yield from ((each.rate.problem.id, test, str(count)) for test, count in each.lost)


def _failure_rows(found: Overview) -> Rows:
    yield "problem", "outcome", "reason", "students", "tests", "example", "cause"
    for each in (*found.failures, *found.unwritten):
        counts = (str(each.students), str(each.tests))
        yield each.problem, each.outcome, each.reason, *counts, each.example_id, each.cause


def _arrival_rows(found: Overview) -> Rows:
    yield "after", "until", "submissions"
    for each in found.arrivals.bins:
        yield each.start.isoformat(), each.end.isoformat(), str(each.count)


TABLES = {
    "scores": _score_rows,
    "problems": _problem_rows,
    "tests": _test_rows,
    "failures": _failure_rows,
    "arrivals": _arrival_rows,
}
