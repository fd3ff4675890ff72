"""The numbers of a class: how many handed in, their scores, their submissions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from grader.core.statistics import mean, median, middle_half
from grader.web.pages.attention import Group, is_in
from grader.web.pages.class_view import ClassView

DAY = timedelta(days=1)


@dataclass(frozen=True)
class ClassNumbers:
    """The numbers of a class at a moment; a score is None if no submission counts yet.

    Attributes: `counted` (submissions that count, one a student), `middle` (the scores between which the
    middle half is), `full` (students with all points), `of_day` (submissions of the last 24 hours).
    """

    students: int
    handed_in: int
    counted: int
    median: float | None
    mean: float | None
    middle: tuple[float, float] | None
    full: int
    below_half: int
    submissions: int
    of_day: int


def count_class(class_view: ClassView, arrived: Sequence[datetime], now: datetime) -> ClassNumbers:
    """Return the numbers of a class whose submissions arrived at these moments."""
    earned = [each.earned for each in class_view.counted]
    scores = [each.score for each in earned]
    return ClassNumbers(
        students=len(class_view.students),
        handed_in=class_view.handed_in,
        counted=len(scores),
        median=median(scores),
        mean=mean(scores),
        middle=middle_half(scores),
        full=sum(each.score >= each.max_score for each in earned),
        below_half=sum(is_in(Group.BELOW_HALF, each) for each in class_view.students),
        submissions=len(arrived),
        of_day=sum(moment > now - DAY for moment in arrived),
    )
