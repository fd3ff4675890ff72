"""The record of a student: what happened to the submissions, newest first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from grader.render.decimals import in_tile
from grader.store.states import State
from grader.store.student_results import GivenVerdict
from grader.store.tables import AuditRow
from grader.web.pages.history import ListedSubmission

ENDS = {
    State.GRADER_ERROR: "could not be graded because of us",
    State.SUPERSEDED: "was superseded by a newer one",
    State.CANCELLED: "was cancelled",
}


@dataclass(frozen=True)
class Happening:
    """One event: a sentence, a second line, and the submission that it is about, if any."""

    at: datetime
    title: str
    detail: str = ""
    submission_id: str = ""


def list_happenings(
    submissions: Sequence[ListedSubmission], verdicts: Sequence[GivenVerdict], audit: Sequence[AuditRow]
) -> list[Happening]:
    """Return the first submission, ends without a verdict, changed verdicts, and actions of staff."""
    numbers = {each.id: each.number for each in submissions}
    found = [
        *_submissions(submissions),
        *_regrades(verdicts, numbers),
        *(_action(each, numbers) for each in audit),
    ]
    return sorted(found, key=lambda each: each.at, reverse=True)


def _submissions(submissions: Sequence[ListedSubmission]) -> Iterable[Happening]:
    for each in submissions:
        if each.number == 1:
            score = "" if each.score is None else f", {in_tile(each.score)}"
            yield Happening(each.received_at, f"First submission{score}", submission_id=each.id)
        if each.state in ENDS:
            yield Happening(
                each.received_at, f"Submission {each.number} {ENDS[each.state]}", submission_id=each.id
            )


def _regrades(verdicts: Sequence[GivenVerdict], numbers: Mapping[str, int]) -> Iterable[Happening]:
    in_order = sorted(verdicts, key=lambda each: (each.submission_id, each.attempt))
    for before, after in pairwise(in_order):
        if before.submission_id == after.submission_id:
            change = f"{in_tile(before.score)} to {in_tile(after.score)}"
            if before.score == after.score:
                change = f"still {in_tile(after.score)}"
            title = f"Submission {numbers[after.submission_id]} graded again, {change}"
            yield Happening(after.created_at, title, submission_id=after.submission_id)


def _action(entry: AuditRow, numbers: Mapping[str, int]) -> Happening:
    about = f" of submission {numbers[entry.subject]}" if entry.subject in numbers else ""
    reason = f": {entry.reason}" if entry.reason else ""
    return Happening(entry.at, f"{entry.action.capitalize()}{about}", f"{entry.actor}{reason}")
