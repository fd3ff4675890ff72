"""One submission in every state that a page can show, with made-up verdicts, for tests that look at pages."""

from dataclasses import replace
from datetime import timedelta
from itertools import cycle

from grader.core.report import GradedReport, Status
from grader.core.scoring import Outcome, TestResult, score
from grader.store.attempts import publish, start_regrade, take
from grader.store.events import add_event
from grader.store.states import Priority, State
from grader.store.submissions import accept, end
from grader.store.verdict import verdict_of
from tests.grader.support.course import of_the_suite, upload
from tests.grader.support.reports import report as small_report

OUTCOMES = (Outcome.PASSED, Outcome.FAILED, Outcome.PASSED, Outcome.ERROR, Outcome.NOT_RUN)
TESTS = 2  # of each problem
WHY_WE_FAILED = "the suite broke at line 7"
FOR_STAFF = "Stored answers are likely: 9 of 9 tests."
TRACEBACK = (
    'ValueError: shapes (3,1) and (3,) do not match\n  File "engine.py", line 3, in add\n    return a + b'
)
WRONG = {
    Outcome.PASSED: {},
    Outcome.FAILED: {
        "message": "The gradient is wrong.",
        "expected": "[[1. 2.]\n [3. 4.]]",
        "actual": "[[1. 2.]\n [3. 9.]]",
        "hint": "Look at the second row.",
    },
    Outcome.ERROR: {"message": TRACEBACK},
    Outcome.NOT_RUN: {"message": "The time of the whole run was over."},
}


def fill(database, queue, user_id, rubric):
    """Keep a submission of the user's in each state, the later ones newer; return their ids by name."""
    ids = {}
    for place, (name, bring) in enumerate(EXHIBITS.items()):
        with database.write() as session:
            submission = accept(session, upload(user_id, name.encode()))
            submission.received_at -= timedelta(minutes=10 * (len(EXHIBITS) - place))
            queue.enqueue(session, [submission.id], Priority.INTERACTIVE)
            bring(session, submission, rubric)
        ids[name] = submission.id
    return ids


def made_up(rubric, outcomes=OUTCOMES, text="", **details) -> GradedReport:
    """Return a report on `rubric` whose tests end as `outcomes` say in turn; `text` is put in every place."""
    ends = cycle(outcomes)
    results = [
        made_up_test(problem.tests, f"test_{number}{text}", next(ends), text)
        for problem in rubric.problems
        for number in range(TESTS)
    ]
    expected = {}
    for each in results:
        expected.setdefault(each.group, []).append(each.name)
    files = ("tests/adapters.py", f"engine{text}.py")
    notes = {"notes": (text,) * bool(text), "staff_notes": (f"{FOR_STAFF}{text}",)}
    fields = {"title": rubric.title, "files": files, "output": f"hello {text}", **notes}
    return small_report(score=score(rubric, expected, results), **{**fields, **details})


def with_message(report, message):
    """Return a report whose every test has this message, as long as it is not empty."""

    def in_problem(problem):
        return replace(problem, results=tuple(replace(each, message=message) for each in problem.results))

    def in_part(part):
        return replace(part, problems=tuple(map(in_problem, part.problems)))

    parts, bonus_parts = (
        tuple(map(in_part, each)) for each in (report.score.parts, report.score.bonus_parts)
    )
    scored = replace(report.score, parts=parts, bonus_parts=bonus_parts)
    return replace(report, score=scored) if message else report


def made_up_test(group, name, outcome, text=""):
    """Return the result of one test, with `text` after everything that it says."""
    said = {key: value + text for key, value in WRONG[outcome].items()}
    return TestResult(name, group, outcome, description=f"Numbers add up as they should.{text}", **said)


def graded(**fields):
    """Return a function that brings a submission to a verdict."""

    def bring(session, submission, rubric):
        verdict = verdict_of(made_up(rubric, **fields))
        publish(session, take(session, submission.id, "gallery"), of_the_suite(session, verdict))

    return bring


def ended(state, reason=""):
    """Return a function that ends a submission without a verdict."""

    def bring(session, submission, rubric):  # noqa: ARG001 - as all of EXHIBITS are called
        submission.reason = reason
        end(session, submission, state)

    return bring


def grading(*kinds):
    """Return a function that grades a submission up to its events of these `kinds`."""

    def bring(session, submission, rubric):
        take(session, submission.id, "gallery")
        for kind in kinds:
            for data in TOLD[kind](rubric):
                add_event(session, submission.id, 1, kind, data)

    return bring


def again(session, submission, rubric):
    """Have a submission graded, and queue it for another verdict."""
    graded()(session, submission, rubric)
    start_regrade(session, submission.id, Priority.BULK)


def waiting(session, submission, rubric):
    """Leave a submission where it is."""


def tests_told(rubric):
    """Return the event of a worker while tests run: the first problem is done, the others are not."""
    first, *others = rubric.problems
    counts = {each.id: {"done": 1, "passed": 1, "total": TESTS} for each in others}
    return [{"problems": {first.id: {"done": TESTS, "passed": TESTS - 1, "total": TESTS}, **counts}}]


def stage_told(rubric):
    """Return the event of a worker when only the second stage is left."""
    return [{"score": 2.0, "max_score": rubric.max_score, "parts": []}]


def training_told(rubric):
    """Return the events of a training: three epochs, the loss falling."""
    problem = next(iter(rubric.problems)).id
    numbers = [{"epoch": epoch, "epochs": 3, "loss": 2.5 / epoch} for epoch in (1, 2, 3)]
    return [{"problem": problem, "numbers": each} for each in numbers]


TOLD = {"tests": tests_told, "stage": stage_told, "training": training_told}
EXHIBITS = {
    "graded": graded(),
    "not gradable": graded(outcomes=[Outcome.ERROR], status=Status.NOT_GRADABLE),
    "flawless": graded(outcomes=[Outcome.PASSED]),
    "grader error": ended(State.GRADER_ERROR, WHY_WE_FAILED),
    "superseded": ended(State.SUPERSEDED),
    "cancelled": ended(State.CANCELLED),
    "regraded": again,
    "grading": grading(),
    "tests": grading("tests"),
    "stage": grading("tests", "stage"),
    "training": grading("tests", "stage", "training"),
    "queued": waiting,
}
