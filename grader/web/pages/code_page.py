"""The page of a submission's code: one file with notes beside its lines, and the list of all files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from fastapi import APIRouter, Request, Response

from grader.render.coloured import coloured
from grader.render.notes import Note, notes_in, notes_of, with_room
from grader.usecases.access import find_submission
from grader.usecases.read_code import SubmittedCode, read_code
from grader.usecases.use_case_error import NotFoundError
from grader.web.dependencies import InContext
from grader.web.pages.current_user import CurrentUser
from grader.web.pages.submission_page import common_values
from grader.web.pages.view import page

MOST_FILES = 200  # that the list shows
FIRST = "tests/adapters.py"  # the file that each submission has

router = APIRouter(prefix="/submissions")


@dataclass(frozen=True)
class ListedFile:
    """A file of a submission, its number of places and their cost."""

    path: str
    places: int
    cost: Fraction


@router.get("/{submission_id}/code")
def show_code(
    request: Request, context: InContext, who: CurrentUser, submission_id: str, file: str = ""
) -> Response:
    """Show a file of a submission to its student, or to staff."""
    code = read_code(context, who, submission_id)
    notes = _notes(code)
    shown = _chosen(code.files, notes, file)
    with context.database.read() as session:
        values = common_values(session, who, find_submission(session, who, submission_id))
    listed, beside = _listed(code.files, notes), notes_in(notes, shown)
    text = coloured(shown, code.files[shown]) if shown else None
    return page(
        request,
        "code.html.j2",
        who,
        report=code.report,
        file=shown,
        text=text,
        files=listed[:MOST_FILES],
        more_files=max(0, len(listed) - MOST_FILES),
        notes=notes,
        beside=beside,
        with_room=with_room(beside, text.total) if text else (),
        **values,
    )


def _notes(code: SubmittedCode) -> list[Note]:
    """Return the notes on files of the submission, the costliest first."""
    found = notes_of(code.report.score, code.places) if code.report else []
    return [note for note in found if note.place.file in code.files]


def _chosen(files: Mapping[str, bytes], notes: Sequence[Note], wanted: str) -> str:
    """Return the file to show; empty for a submission without files. Raises NotFoundError."""
    if wanted and wanted not in files:
        raise NotFoundError("The submission has no file of that name.")
    costliest = [note.place.file for note in notes]
    return next((each for each in (wanted, *costliest, FIRST, *files) if each in files), "")


def _listed(files: Mapping[str, bytes], notes: Sequence[Note]) -> list[ListedFile]:
    """Return the files, those with places first."""
    found = []
    for path in files:
        own = [note for note in notes if note.place.file == path]
        found.append(ListedFile(path, len(own), sum((note.cost for note in own), Fraction(0))))
    return sorted(found, key=lambda each: (not each.places, each.path))
