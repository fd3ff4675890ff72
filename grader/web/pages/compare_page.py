"""Two submissions side by side: the tests with another outcome."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from grader.core.reading import from_document
from grader.core.report import GradedReport
from grader.core.rubric import Problem as RubricProblem
from grader.core.scoring import Outcome, ProblemScore, TestResult
from grader.store.submissions import newest_report
from grader.store.tables import AssignmentRow, SubmissionRow
from grader.store.users import Person
from grader.usecases.access import find_submission
from grader.usecases.use_case_error import ConflictError, InvalidInputError
from grader.web.dependencies import InContext
from grader.web.pages.current_user import CurrentUser
from grader.web.pages.history import ListedSubmission, list_submissions
from grader.web.pages.view import page

Tests = dict[str, TestResult]  # by name

router = APIRouter()


@dataclass(frozen=True)
class TestChange:
    """A test with two outcomes; one of the two is None if its suite had no such test."""

    before: TestResult | None
    after: TestResult | None

    @property
    def test(self) -> TestResult:
        """The test, as the later of the two reports names it."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - one of the two is there
        return found

    @property
    def is_better(self) -> bool:
        """Whether it passes now."""
        return self.after is not None and self.after.outcome is Outcome.PASSED


@dataclass(frozen=True)
class ProblemChange:
    """A problem with the tests that have another outcome."""

    problem: RubricProblem
    before: ProblemScore | None
    after: ProblemScore | None
    changes: Sequence[TestChange]


@router.get("/compare")
def compare(request: Request, context: InContext, who: CurrentUser, a: str, b: str) -> Response:
    """Show the changes between submissions `a` and `b`, from the earlier to the later."""
    with context.database.read() as session:
        found = [_read(session, who, each) for each in (a, b)]
        submission = found[0][0]
        if found[1][0].assignment_id != submission.assignment_id:
            raise InvalidInputError("Two submissions of one assignment can be compared.")
        assignment = session.get_one(AssignmentRow, submission.assignment_id)
        numbers = {
            user: list_submissions(session, user, assignment) for user in {each[0].user_id for each in found}
        }
    found.sort(key=lambda pair: pair[0].received_at)
    (older, before), (newer, after) = found
    return page(
        request,
        "compare.html.j2",
        who,
        assignment=assignment,
        before=_try(numbers, older),
        after=_try(numbers, newer),
        same_suite=before.suite_sha256 == after.suite_sha256,
        changed=find_changes(before, after),
    )


def find_changes(before: GradedReport, after: GradedReport) -> list[ProblemChange]:
    """Return the problems with a test that has another outcome, in the handout's order."""
    earlier = {each.problem.id: each for each in before.score.problems}
    later = {each.problem.id: each for each in after.score.problems}
    found = []
    for problem_id in later | earlier:
        old, new = earlier.get(problem_id), later.get(problem_id)
        tests = _compare_tests(_by_name(old), _by_name(new))
        known = new or old
        if tests and known:
            found.append(ProblemChange(known.problem, old, new, tests))
    return found


def _compare_tests(before: Tests, after: Tests) -> list[TestChange]:
    pairs = [(before.get(name), after.get(name)) for name in after | before]
    return [TestChange(old, new) for old, new in pairs if not (old and new) or old.outcome is not new.outcome]


def _by_name(scored: ProblemScore | None) -> Tests:
    return {result.name: result for result in scored.results} if scored else {}


def _read(session: Session, who: Person, submission_id: str) -> tuple[SubmissionRow, GradedReport]:
    submission = find_submission(session, who, submission_id)
    report = newest_report(session, submission_id)
    if report is None:
        raise ConflictError("One of the two has no report: choose two that are graded.")
    return submission, from_document(json.loads(report.document))


def _try(numbers: Mapping[int, Sequence[ListedSubmission]], submission: SubmissionRow) -> ListedSubmission:
    return next(each for each in numbers[submission.user_id] if each.id == submission.id)
