"""The plan of the demo: the submissions of each student, their times, their ends, and their progress.

One seed draws it: the same course has the same plan each time.
"""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from grader.app.demo.demo_course import DemoCourse
from grader.app.demo.demo_people import SECTIONS, STUDENTS

SEED = 3
TIME_LEFT = timedelta(hours=20)  # until the deadline
NEWEST_DAYS = 4  # at most, since a student's newest submission
PAUSE_HOURS = (2, 30)  # between two submissions of a student
ABSENT = (6, 20, 33)  # the numbers of the students without submissions
BONUS_SHARE = 0.25  # of the students who have all parts, for each bonus
FREQUENCY_STEPS = 4  # the smaller, the more do all students make the same mistakes
# Distributions over students, of whom each draws one value:
SUBMISSIONS = (1, 2, 3, 3, 3, 4, 4, 5)
MISTAKES = (0, 1, 1, 2, 2, 3, 4, 5)  # in the newest submission
PARTS_MISSING = (0, 0, 0, 0, 1, 1, 2, 3)  # in the newest submission
MISTAKES_MORE = (1, 1, 2)  # in each submission before
PARTS_FEWER = (0, 1, 1, 2)  # in each submission before


class Twist(Enum):
    """An oddity of a project."""

    NONE = auto()
    BROKEN = auto()  # it cannot be imported
    HOSTILE = auto()  # it prints and raises text that attacks pages and terminals


class PlannedEnd(Enum):
    """The end of a submission."""

    VERDICT = auto()
    GRADER_ERROR = auto()
    SUPERSEDED = auto()
    CANCELLED = auto()


@dataclass(frozen=True)
class Work:
    """A project: the numbers of its mistakes, the ids of the parts it lacks, its twist."""

    mistakes: Sequence[int]
    missing: Sequence[str]
    twist: Twist = Twist.NONE


@dataclass(frozen=True)
class PlannedSubmission:
    """A submission with its age and its end."""

    age: timedelta
    work: Work
    end: PlannedEnd = PlannedEnd.VERDICT


@dataclass(frozen=True)
class DemoStudent:
    """A student of the demo, newest submission first."""

    email: str
    name: str
    section: str
    submissions: Sequence[PlannedSubmission]


TWISTS = {8: Twist.HOSTILE, 13: Twist.BROKEN}  # of the newest submission of the student of that number
ENDS = {
    (11, 0): PlannedEnd.GRADER_ERROR,
    (17, 1): PlannedEnd.SUPERSEDED,
    (24, 0): PlannedEnd.CANCELLED,
}  # by number and submission


def plan(course: DemoCourse, required: Sequence[str]) -> list[DemoStudent]:
    """Return the students of the demo, in the order of their numbers; `required` are the parts that count."""
    rng = random.Random(SEED)  # noqa: S311 - the demo is the same each time
    return [
        DemoStudent(
            email=email,
            name=name,
            section=SECTIONS[number % len(SECTIONS)],
            submissions=() if number in ABSENT else _draw_submissions(number, course, required, rng),
        )
        for number, (email, name) in enumerate(STUDENTS, start=1)
    ]


def _draw_submissions(
    number: int, course: DemoCourse, required: Sequence[str], rng: random.Random
) -> list[PlannedSubmission]:
    """Draw a student's submissions, newest first: the older, the more mistakes and the fewer parts."""
    places = range(len(course.mistakes))
    habits = sorted(places, key=lambda place: rng.random() * (place + FREQUENCY_STEPS))
    bonus = [part for part in course.parts if part not in required and rng.random() < BONUS_SHARE]
    twist = TWISTS.get(number, Twist.NONE)
    age = timedelta(days=NEWEST_DAYS * rng.random() ** 2)
    mistakes = rng.choice(MISTAKES)
    fewer = 1 if twist is Twist.HOSTILE else rng.choice(PARTS_MISSING)
    submissions = []
    for place in range(max(rng.choice(SUBMISSIONS), 2 if (number, 1) in ENDS else 1)):
        work = Work(habits[:mistakes], _missing(course, required, fewer, bonus), twist)
        submissions.append(PlannedSubmission(age, work, ENDS.get((number, place), PlannedEnd.VERDICT)))
        age += timedelta(hours=rng.uniform(*PAUSE_HOURS))
        mistakes, fewer = mistakes + rng.choice(MISTAKES_MORE), fewer + rng.choice(PARTS_FEWER)
        bonus, twist = [], Twist.NONE  # come last
    return submissions


def _missing(course: DemoCourse, required: Sequence[str], fewer: int, bonus: Collection[str]) -> list[str]:
    """Return the missing parts: the last `fewer`, or if none are missing, all but `bonus`."""
    parts = [part for part in course.parts if part in required]
    there = {*parts[: max(0, len(parts) - fewer)], *(() if fewer else bonus)}
    return [part for part in course.parts if part not in there]
