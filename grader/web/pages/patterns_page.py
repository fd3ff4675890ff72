"""Every component of the pages in every state, with made-up data, for developers and screenshots."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, Request, Response

from grader.core.report import GradedReport, Status
from grader.core.rubric import Rubric, parse_rubric
from grader.core.scoring import Outcome, TestResult, score
from grader.core.statistics import histogram
from grader.render.html import report_values
from grader.render.marks import MARKS
from grader.store.states import VERDICT, State
from grader.usecases.show import Waiting
from grader.web.api_error import ApiError, ErrorType
from grader.web.pages.history import ListedSubmission
from grader.web.pages.live_page import loss_plot
from grader.web.pages.live_picture import Picture, Training
from grader.web.pages.plots import plot_curve, plot_scores
from grader.web.pages.view import page

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> \N{RIGHT-TO-LEFT OVERRIDE}evil"
RUBRIC = """
title: Patterns
suite: tests
parts:
  - id: first
    title: First part
    problems:
      - {id: adding, title: Addition, points: 3, tests: TestAdding, section: "2.1", hint: Add the numbers.}
      - {id: taking, title: Subtraction, points: 2, tests: TestTaking, section: "2.2", hint: Take them away.}
  - id: second
    title: Second part
    problems:
      - {id: times, title: Multiplication, points: 4, tests: TestTimes, section: "2.3", hint: Times is easy.}
bonus:
  - id: extra
    title: Extra part
    problems:
      - {id: roots, title: Roots, points: 4, tests: TestRoots, section: "9", hint: Think of squares.}
"""
SWATCHES = (
    *("page", "surface", "sunk", "raised", "line", "line-2", "control", "ink", "ink-2"),
    *("accent", "accent-tint", "solid"),
    *("pass", "part", "fail", "crash", "ours"),
    *("pass-tint", "part-tint", "fail-tint", "crash-tint", "ours-tint"),
    *("h0", "h1", "h2", "h3", "h4", "bar", "bar-2"),
)
STATE_BOXES = (
    ("waiting", "Number 3 of 12, about 40 s", "You can close this page. The report appears here."),
    ("refused", "This is not a zip; no attempt is used", "Hand in the project folder as a .zip file."),
    ("ours", "We could not grade this; it does not count", "Staff can grade it again."),
    ("done", "All 104 points", "15 points of bonus are still open."),
    ("no-match", "No student matches “okaf”", "Show all 300."),
    ("not-started", "6 problems not started", "Their functions still raise NotImplementedError."),
)
MATRIX = "[[1.0, 2.0, 3.0],\n [4.0, 5.0, 6.0]]"
RESULTS = (
    TestResult("test_adds", "TestAdding", Outcome.PASSED, "1 + 2 is 3."),
    TestResult(
        "test_zero", "TestAdding", Outcome.FAILED, "0 changes nothing.", "A number is wrong", "3.0", "2.5"
    ),
    TestResult(
        "test_rows", "TestAdding", Outcome.FAILED, "Rows add up.", "2 numbers are wrong", MATRIX, MATRIX[::-1]
    ),
    TestResult("test_long", "TestAdding", Outcome.FAILED, "Long sums.", "A third reason, which is folded"),
    TestResult(
        "test_takes", "TestTaking", Outcome.ERROR, "3 - 2 is 1.", f"ValueError: {HOSTILE}\n  File x, line 1"
    ),
    TestResult("test_times", "TestTimes", Outcome.NOT_RUN, "2 x 3 is 6.", "This test did not run."),
    TestResult("test_roots", "TestRoots", Outcome.PASSED, "The root of 4 is 2."),
)
EXPECTED = MappingProxyType(
    {
        group: [each.name for each in RESULTS if each.group == group]
        for group in {each.group for each in RESULTS}
    }
)

router = APIRouter()


@router.get("/patterns")
def show_patterns(request: Request) -> Response:
    """Show all components. The page holds no personal data, so it needs no sign-in."""
    rubric = parse_rubric(RUBRIC)
    return page(request, "patterns.html.j2", None, **_values(rubric))


def _values(rubric: Rubric) -> dict[str, Any]:
    lossy = _report(rubric)
    failed = replace(lossy, status=Status.GRADER_ERROR)
    unloadable = replace(lossy, status=Status.NOT_GRADABLE, notes=("No module named 'engine'",))
    return {
        "marks": MARKS.values(),
        "swatches": SWATCHES,
        "state_boxes": STATE_BOXES,
        "states": list(State),
        "moment": NOON,
        "submissions": [_try(number, state) for number, state in enumerate(State, start=1)],
        "scores": plot_scores(histogram([score % 105 for score in range(0, 9_000, 37)], 104), 93.5),
        "curve": plot_curve(_way(), 104, (68.0, 99.5), NOON + timedelta(days=2)),
        "pictures": _pictures(rubric),
        "problems": [
            ApiError(each, f"The error and the next step, for {each.name.lower()}.") for each in ErrorType
        ],
        "reports": [report_values(each) for each in (lossy, unloadable, failed)],
    }


def _report(rubric: Rubric) -> GradedReport:
    return GradedReport(
        title=rubric.title,
        sha256="ab" * 32,
        files=("engine.py", HOSTILE),
        received_at=NOON.isoformat(),
        suite_sha256="cd" * 32,
        suite_tests=len(RESULTS),
        rubric_sha256="ef" * 32,
        seed_id="0123456789ab",
        runner="jail",
        isolation="Landlock, seccomp",
        started_at=NOON.isoformat(),
        seconds=1.25,
        status=Status.GRADED,
        score=score(rubric, EXPECTED, RESULTS),
        output=f"printed: {HOSTILE}\n",
        notes=("A note.",),
    )


def _pictures(rubric: Rubric) -> list[Picture]:
    """Return two submissions in the queue, one whose tests run, and one that trains."""
    wait = Waiting(3, 40, queued=12, slots=2, follows=False, reason="")
    queued = Picture(
        id="queued",
        state=State.QUEUED,
        attempt=0,
        waiting=wait,
        waited=None,
        counts={},
        marks={},
        parts=rubric.parts,
        bonus_parts=rubric.bonus_parts,
        stage=None,
        has_second_stage=True,
        training=None,
    )
    follows = replace(queued, waiting=replace(wait, place=1, queued=1, follows=True))
    counts = {"adding": {"done": 4, "passed": 2, "total": 4}, "taking": {"done": 0, "passed": 0, "total": 9}}
    graded = replace(queued, state=State.GRADING, attempt=1, waiting=None, waited=41.0)
    running = replace(graded, counts=counts, marks={"adding": "pfpn"})
    numbers = [
        {"epoch": 1 + step // 4, "epochs": 10, "batch": step % 4, "batches": 4, "loss": 2.3 / (1 + step / 4)}
        for step in range(25)
    ]
    training = Training("Extra part", "epoch 7 of 10, 0 % of the batches", loss_plot(numbers))
    return [queued, follows, running, replace(running, stage={"score": 4, "max_score": 9}, training=training)]


def _way() -> list[tuple[datetime, str, float]]:
    """Return the scores of five submissions, the last two shortly after each other."""
    hours = (0, 14, 40, 61, 62)
    return [
        (NOON - timedelta(hours=80 - hour), f"submission {number}", 20.5 * number)
        for number, hour in enumerate(hours, start=1)
    ]


def _try(number: int, state: State) -> ListedSubmission:
    plain = ListedSubmission(
        number, f"patterns-{number}", state, NOON, None, None, None, None, is_late=state is State.GRADED
    )
    if state not in VERDICT:
        return plain
    return replace(plain, score=float(number), max_score=104, bonus=1.5, max_bonus=23)
