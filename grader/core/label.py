"""The label of a downloaded submission: the student and the time."""

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Self

from grader.core.deadline import is_late


@dataclass(frozen=True)
class Label:
    """The student and the time of a download, as far as its name or the system's own file says.

    Attributes: `student` (a name), `id` (the system's own), `attempt`, `received_at`, `is_late` (None where
    nothing says it).
    """

    student: str = ""
    id: str = ""
    attempt: str = ""
    received_at: datetime | None = None
    is_late: bool | None = None

    def with_lateness(self, due_at: datetime | None, zone: tzinfo) -> Self:
        """Return the label with lateness by a deadline, where the system states a time only.

        A moment without a zone is meant in `zone`.
        """
        if self.is_late is not None or due_at is None or self.received_at is None:
            return self
        received = self.received_at
        if received.tzinfo is None:
            received = received.replace(tzinfo=zone)
        return replace(self, is_late=is_late(received, due_at))

    @property
    def person(self) -> str:
        """Who it is, for finding the submissions of one person; "" if nothing says it."""
        return self.id or self.student
