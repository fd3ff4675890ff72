"""Two submissions side by side: points, the tests with another outcome, and the diff of the code."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from grader.core.code_diff import diff_code
from grader.core.comparison import find_changes, find_parts
from grader.core.hunk_evidence import find_broken
from grader.core.reading import from_document
from grader.store.places import stored_places
from grader.store.submissions import find_kept_archives, newest_report
from grader.store.tables import AssignmentRow, ReportRow, SubmissionRow
from grader.store.users import Person
from grader.usecases.access import find_submission
from grader.usecases.context import Context
from grader.usecases.read_code import read_code
from grader.usecases.use_case_error import ConflictError, InvalidInputError
from grader.web.dependencies import InContext
from grader.web.pages.current_user import CurrentUser
from grader.web.pages.history import ListedSubmission, list_submissions
from grader.web.pages.view import kept_page

DELETED = "was deleted to save space"
UNREADABLE = "cannot be read by this release of the grader"
OPEN_LINES = 300  # of the diff; the files after them are folded
OPEN_PROBLEMS = 6  # with tests that changed

router = APIRouter()


@dataclass(frozen=True)
class Side:
    """One of the two submissions: its rows, its place among `submissions`, and the state of its records.

    `is_kept` says that the archive has its bytes, `has_places` that places of failed checks are known.
    """

    row: SubmissionRow
    report: ReportRow
    submissions: Sequence[ListedSubmission]
    is_kept: bool
    has_places: bool

    @property
    def this(self) -> ListedSubmission:
        """The submission in the list of its student."""
        return next(each for each in self.submissions if each.id == self.row.id)

    @property
    def key(self) -> tuple[object, ...]:
        """All that a comparison with this side depends on."""
        return self.row.id, self.report.attempt, self.is_kept, self.has_places, self.submissions


@router.get("/compare")
def compare(request: Request, context: InContext, who: CurrentUser, a: str, b: str) -> Response:
    """Show the changes between submissions `a` and `b`, from the earlier to the later."""
    with context.database.read() as session:
        assignment, sides = _read(session, who, (a, b))

    def find_values() -> Mapping[str, Any]:
        return {"assignment": assignment, **_values(context, who, *sides)}

    key = (assignment.id, assignment.title, *(side.key for side in sides))
    return kept_page(request, "compare.html.j2", who, key, find_values)


def _read(session: Session, who: Person, ids: Sequence[str]) -> tuple[AssignmentRow, list[Side]]:
    """Return the assignment and the two submissions, the earlier first. Raises use case errors."""
    rows = [find_submission(session, who, each) for each in ids]
    if len({row.assignment_id for row in rows}) > 1:
        raise InvalidInputError("Two submissions of one assignment can be compared.")
    assignment = session.get_one(AssignmentRow, rows[0].assignment_id)
    kept = find_kept_archives(session, [row.archive_sha256 for row in rows])
    sides = []
    for row in sorted(rows, key=lambda row: row.received_at):
        report = newest_report(session, row.id)
        if report is None:
            raise ConflictError("One of the two has no report: choose two that are graded.")
        found = list_submissions(session, row.user_id, assignment)
        has_places = stored_places(session, row.id, report.attempt) is not None
        sides.append(Side(row, report, found, row.archive_sha256 in kept, has_places))
    return assignment, sides


def _values(context: Context, who: Person, older: Side, newer: Side) -> dict[str, Any]:
    before, after = (from_document(json.loads(side.report.document)) for side in (older, newer))
    changes = find_changes(before, after)
    lost = [change for problem in changes for change in problem.lost]
    return {
        "sides": (older, newer),
        "before": older.this,
        "after": newer.this,
        "apart": (newer.row.received_at - older.row.received_at).total_seconds(),
        "parts": find_parts(before, after),
        "max_score": after.score.max_score,
        "same_suite": before.suite_sha256 == after.suite_sha256,
        "changes": changes,
        "lost": lost,
        **_code(context, who, older, newer),
        "find_broken": find_broken,
        "open_lines": OPEN_LINES,
        "open_problems": OPEN_PROBLEMS,
    }


def _code(context: Context, who: Person, older: Side, newer: Side) -> dict[str, Any]:
    """Return the diff of the code, or the sides whose archive cannot be read, each with the reason."""
    sides = (older, newer)
    gone = [(side.this, DELETED) for side in sides if not side.is_kept]
    if gone:
        return {"gone": gone}
    codes = [read_code(context, who, side.row.id) for side in sides]
    gone = [(side.this, UNREADABLE) for side, code in zip(sides, codes, strict=True) if not code.files]
    if gone:
        return {"gone": gone}
    return {"gone": (), "code": diff_code(codes[0].files, codes[1].files), "places": codes[1].places}
