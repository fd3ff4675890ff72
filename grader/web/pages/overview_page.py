"""The home page of an assignment for staff: numbers, failures by cause, what needs a person, charts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from grader.core.common_failures import CommonFailure
from grader.core.deadline import briefly, closing, countdown
from grader.core.statistics import Arrivals, Bin, arrivals_over_time, histogram
from grader.store.attention import find_noted, find_unstable
from grader.store.courses import zone_of
from grader.store.database import now
from grader.store.grader_failures import GraderFailure, find_grader_failures
from grader.store.queue import Stats
from grader.store.submissions import arrivals
from grader.store.tables import AssignmentRow
from grader.usecases.context import Context
from grader.web.api_error import ApiError, ErrorType
from grader.web.dependencies import InContext
from grader.web.pages.attention import Flags, Group, Need, list_needs
from grader.web.pages.class_failures import Hardness, find_failures, find_hardness
from grader.web.pages.class_numbers import ClassNumbers, count_class
from grader.web.pages.class_view import ClassView, InChosenClass, SelectedClass, read_class
from grader.web.pages.current_user import CurrentUser
from grader.web.pages.page_context import InPageContext, PageContext
from grader.web.pages.plots import BarPlot, plot_arrivals, plot_scores
from grader.web.pages.view import csv_file, kept_page

SHOWN = 7
TICK = timedelta(minutes=5)  # the page shows moments and spans as of the last one
WAIT_SECONDS = 10  # the precision of the longest wait

router = APIRouter(prefix="/assignments/{assignment_id}")


@dataclass(frozen=True)
class ClassMoment:
    """What passes without a change of the class: the present, the time left, the queue."""

    now: datetime
    countdown: str
    due: str
    queue: Stats


@dataclass(frozen=True)
class Overview:
    """The values of the page."""

    class_view: ClassView
    numbers: ClassNumbers
    bins: Sequence[Bin]
    failures: Sequence[CommonFailure]
    arrivals: Arrivals
    grader_failures: Sequence[GraderFailure]
    needs: Sequence[Need]
    scores: BarPlot
    over_time: BarPlot


@router.get("/overview")
def show_overview(
    request: Request,
    context: InContext,
    page_context: InPageContext,
    who: CurrentUser,
    chosen: InChosenClass,
) -> Response:
    """Show the overview of a class."""
    with context.database.read() as session:
        moment = _moment(session, context, chosen.assignment)
    rubric = page_context.rubric

    def find_values() -> Mapping[str, object]:
        class_view = read_class(context, chosen)
        return {
            "class_view": class_view,
            "found": overview(context, page_context, class_view, moment),
            "moment": moment,
            "rubric": rubric,
            "titles": {problem.id: problem.title for problem in rubric.problems},
            "shown": SHOWN,
            "Group": Group,
        }

    return kept_page(request, "overview.html.j2", who, (chosen.key, moment), find_values)


@router.get("/tables/{name}.csv")
def get_table(
    context: InContext, page_context: InPageContext, class_view: SelectedClass, name: str
) -> Response:
    """Return one of the tables of these pages for a spreadsheet."""
    if name not in TABLES:
        raise ApiError(ErrorType.NOT_FOUND, f"There is no such table; there are {', '.join(TABLES)}.")
    return csv_file(name, TABLES[name](context, page_context, class_view))


def overview(
    context: Context, page_context: PageContext, class_view: ClassView, moment: ClassMoment
) -> Overview:
    """Return the values of the page."""
    assignment, top = class_view.assignment, page_context.rubric.max_score
    with context.database.read() as session:
        arrived = arrivals(session, assignment.id)
        failed = find_grader_failures(session, assignment.id)
        noted = find_noted(session, class_view.counted_ids)
        unstable = find_unstable(session, assignment.id)
    flags = Flags({each.user_id for each in failed}, set(unstable.values()), noted)
    numbers = count_class(class_view, arrived, moment.now)
    bins = histogram((each.earned.score for each in class_view.counted), top)
    over_time = _arrivals(arrived, assignment)
    return Overview(
        class_view=class_view,
        numbers=numbers,
        bins=bins,
        failures=find_failures(context, page_context, class_view),
        arrivals=over_time,
        grader_failures=failed,
        needs=list_needs(class_view.students, flags, moment.queue),
        scores=plot_scores(bins, numbers.median),
        over_time=plot_arrivals(over_time, assignment.due_at, moment.now),
    )


def _moment(session: Session, context: Context, assignment: AssignmentRow) -> ClassMoment:
    """Return the present, with a precision at which pages of one reader are mostly the same."""
    present, queue = now(session), context.queue.stats(session)
    due_at, ticked = (
        assignment.due_at,
        present - timedelta(seconds=present.timestamp() % TICK.total_seconds()),
    )
    return ClassMoment(
        now=ticked,
        countdown=countdown(present, due_at) if due_at else "",
        due=briefly(due_at, zone_of(session, assignment)) if due_at else "",
        queue=replace(queue, oldest_wait=queue.oldest_wait // WAIT_SECONDS * WAIT_SECONDS),
    )


def _arrivals(arrived: Sequence[datetime], assignment: AssignmentRow) -> Arrivals:
    due_at = assignment.due_at
    return arrivals_over_time(arrived, closing(due_at) if due_at else None)


Rows = Iterable[Sequence[str]]


def _score_rows(_: Context, page_context: PageContext, class_view: ClassView) -> Rows:
    yield "score", "students"
    scores = (each.earned.score for each in class_view.counted)
    yield from ((each.label, str(each.count)) for each in histogram(scores, page_context.rubric.max_score))


def _hardness(context: Context, page_context: PageContext, class_view: ClassView) -> list[Hardness]:
    rubric = page_context.rubric
    parts = [*rubric.parts, *rubric.bonus_parts]
    return find_hardness(context, class_view, [problem for part in parts for problem in part.problems])


def _problem_rows(context: Context, page_context: PageContext, class_view: ClassView) -> Rows:
    yield "problem", "title", "mean share of points", "full", "partial", "none", "not started", "not judged"
    for each in (hardness.rate for hardness in _hardness(context, page_context, class_view)):
        share = "" if each.rate is None else f"{each.rate:.4f}"
        counts = (each.full, each.partial, each.none, each.not_started, each.not_judged)
        yield each.problem.id, each.problem.title, share, *map(str, counts)


def _test_rows(context: Context, page_context: PageContext, class_view: ClassView) -> Rows:
    yield "problem", "test", "students who lost it"
    for each in _hardness(context, page_context, class_view):
        yield from ((each.rate.problem.id, test, str(count)) for test, count in each.lost)


def _failure_rows(context: Context, page_context: PageContext, class_view: ClassView) -> Rows:
    """Yield a row for each student with each failure."""
    people = class_view.by_submission
    yield "cause", "problems", "outcome", "reason", "email", "name", "submission", "tests", "points lost"
    for each in find_failures(context, page_context, class_view):
        known = each.cause, " ".join(each.problems), each.outcome, each.reason
        for one in each.students:
            student = people[one.submission_id]
            yield *known, student.email, student.name, one.submission_id, str(one.tests), f"{one.points:.2f}"


def _arrival_rows(context: Context, _: PageContext, class_view: ClassView) -> Rows:
    yield "after", "until", "submissions"
    with context.database.read() as session:
        arrived = arrivals(session, class_view.assignment.id)
    for each in _arrivals(arrived, class_view.assignment).bins:
        yield each.start.isoformat(), each.end.isoformat(), str(each.count)


TABLES = {
    "scores": _score_rows,
    "problems": _problem_rows,
    "tests": _test_rows,
    "failures": _failure_rows,
    "arrivals": _arrival_rows,
}
