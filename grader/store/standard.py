"""The standard: the suite, rubric and data that decide verdicts on assignments, and the expected versions.

The service announces them when it starts and when a file of its assignment changes. The last announcement
counts. A worker with another suite, rubric or data takes no submissions, and its verdicts are not published.
"""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grader.core.fingerprint import Fingerprint
from grader.store.submissions import Basis
from grader.store.tables import AssignmentRow, WorkerProcessRow


def announce(session: Session, found: Fingerprint) -> bool:
    """Make the suite and rubric of `found` the current ones; return whether they are new.

    A new suite clears the hash of the data, and so does an announcement without workers: the next worker with
    data sets it.
    """
    before = find_standard(session)
    is_new = before is None or (before.suite, before.rubric) != (found.suite, found.rubric)
    keeps_data = not is_new and session.scalar(select(WorkerProcessRow.id).limit(1)) is not None
    values = {
        "suite_sha256": found.suite,
        "rubric_sha256": found.rubric,
        "python": found.python,
        "numpy": found.numpy,
        **({} if keeps_data else {"data_sha256": ""}),
    }
    session.execute(update(AssignmentRow).values(values))
    return is_new


def find_standard(session: Session) -> Fingerprint | None:
    """Return the standard; None if no service announced any."""
    found = session.scalar(
        select(AssignmentRow)
        .where(AssignmentRow.suite_sha256 != "")
        .order_by(AssignmentRow.created_at)
        .limit(1)
    )
    return None if found is None else make_standard(found)


def make_standard(assignment: AssignmentRow) -> Fingerprint:
    """Return the standard of an assignment."""
    return Fingerprint(
        suite=assignment.suite_sha256,
        rubric=assignment.rubric_sha256,
        data=assignment.data_sha256,
        python=assignment.python,
        numpy=assignment.numpy,
    )


def basis_of(assignment: AssignmentRow) -> Basis:
    """Return the hashes of the current suite, rubric and data of an assignment."""
    return Basis(assignment.suite_sha256, assignment.rubric_sha256)


def state_data(session: Session, own: Fingerprint) -> None:
    """Set a worker's data as the standard of its suite, if no other worker has set any."""
    if own.data:
        same = (AssignmentRow.suite_sha256 == own.suite, AssignmentRow.rubric_sha256 == own.rubric)
        unstated = update(AssignmentRow).where(*same, AssignmentRow.data_sha256 == "")
        session.execute(unstated.values(data_sha256=own.data))
