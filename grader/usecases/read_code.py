"""Read the code of a submission, with the places in it that its report points to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from grader.core.localise import TestId
from grader.core.place import Place, from_places_document, raised_places
from grader.core.reading import from_document
from grader.core.report import GradedReport
from grader.intake import Refused, read_archive
from grader.store.places import stored_places
from grader.store.submissions import newest_report
from grader.store.tables import ReportRow
from grader.store.users import Person
from grader.usecases.context import Context
from grader.usecases.show import download_archive


@dataclass(frozen=True)
class SubmittedCode:
    """The files of a submission, its report if there is one, and the places in the files by test."""

    files: Mapping[str, bytes]
    report: GradedReport | None
    places: Mapping[TestId, Place]


def read_code(context: Context, who: Person, submission_id: str) -> SubmittedCode:
    """Return the code of a submission; staff who read it are in the audit. Raises NotFoundError."""
    content = download_archive(context, who, submission_id)
    with context.database.read() as session:
        row = newest_report(session, submission_id)
        report = from_document(json.loads(row.document)) if row else None
        places = find_places(session, row, report) if row and report else {}
    return SubmittedCode(_files(content), report, places)


def _files(content: bytes) -> Mapping[str, bytes]:
    """Return the files of an archive; none if a later release of the grader refuses it."""
    try:
        return read_archive(content).files
    except Refused:
        return {}


def find_places(session: Session, row: ReportRow, report: GradedReport) -> dict[TestId, Place]:
    """Return the places that the lost tests of a report point to, by test.

    Those of errors are known at once, those of failed checks after the traced run.
    """
    document = stored_places(session, row.submission_id, row.attempt)
    traced = from_places_document(json.loads(document)) if document else {}
    return raised_places(report.score.results, report.files) | traced
