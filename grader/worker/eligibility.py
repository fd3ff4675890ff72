"""Eligibility: a worker may grade if its sandbox opens and its suite is the assignment's."""

import socket
from dataclasses import replace

from sqlalchemy.orm import Session

from grader.core.document import DocumentError
from grader.core.fingerprint import Fingerprint, refusals, warnings
from grader.core.text import clean_line
from grader.pipeline import Grader
from grader.sandbox.runner import SandboxError
from grader.store import Database
from grader.store.queue import WorkerInfo
from grader.store.standard import find_standard
from grader.suite.run import SuiteFailed

REASON_CHARACTERS = 300
NOT_ANNOUNCED = "No service announced the assignment's suite yet. Start `grader serve` on this database."
OUT_OF_ORDER = (SandboxError, SuiteFailed, DocumentError, OSError)


class Eligibility:
    """Compares this worker with the standard of the assignment. Any thread may ask."""

    def __init__(self, database: Database, grader: Grader, *, same_versions: bool) -> None:
        """Compare the fingerprint of `grader`; `same_versions` also compares minor versions."""
        self._database = database
        self._grader = grader
        self._same_versions = same_versions
        self._host = socket.gethostname()

    def assess(self, info: WorkerInfo) -> WorkerInfo:
        """Return `info` for the worker's row: without slots and with the reason if it is not eligible."""
        assessed = replace(info, host=self._host)
        try:
            self._grader.check()
            own = self._grader.fingerprint()
        except OUT_OF_ORDER as error:
            reason = clean_line(f"The worker on {self._host} cannot grade: {error}", REASON_CHARACTERS)
            return replace(assessed, slots=0, refusal=reason)
        with self._database.read() as session:
            reason, warning = self._compare(session, own)
        slots = 0 if reason else info.slots
        return replace(assessed, slots=slots, fingerprint=own, refusal=reason, warning=warning)

    def refusal(self, session: Session, own: Fingerprint) -> str:
        """Return why a worker with the fingerprint `own` is not eligible now, or an empty text."""
        return self._compare(session, own)[0]

    def still_holds(self) -> bool:
        """Return whether the suite still starts and is the assignment's; no sandbox is opened."""
        try:
            own = self._grader.fingerprint()
        except OUT_OF_ORDER:
            return False
        with self._database.read() as session:
            return not self.refusal(session, own)

    def _compare(self, session: Session, own: Fingerprint) -> tuple[str, str]:
        standard = find_standard(session)
        if standard is None:
            return NOT_ANNOUNCED, ""
        found = refusals(own, standard, self._host, same_versions=self._same_versions)
        return " ".join(found), " ".join(warnings(own, standard, self._host))
