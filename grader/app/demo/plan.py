"""The plan of the demo: who hands in what and when, how it ends, and how students get better.

It is drawn from one seed and touches nothing: the same course has the same plan each time.
"""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from grader.app.demo.mistakes import DemoCourse
from grader.app.demo.people import SECTIONS, STUDENTS

SEED = 3
TIME_LEFT = timedelta(hours=20)  # until the deadline
NEWEST_DAYS = 4  # at most, since a student's newest try
PAUSE_HOURS = (2, 30)  # between two tries of a student
ABSENT = (6, 20, 33)  # the numbers of the students who hand in nothing
BONUS_SHARE = 0.25  # of the students who have all parts, for each bonus
FREQUENCY_STEPS = 4  # the smaller, the more do all students make the same mistakes
# How it is spread over students, of whom each draws one:
TRIES = (1, 2, 3, 3, 3, 4, 4, 5)
MISTAKES = (0, 1, 1, 2, 2, 3, 4, 5)  # in the newest try
PARTS_MISSING = (0, 0, 0, 0, 1, 1, 2, 3)  # in the newest try
MISTAKES_MORE = (1, 1, 2)  # in each try before
PARTS_FEWER = (0, 1, 1, 2)  # in each try before


class Twist(Enum):
    """What is odd about a project."""

    NONE = auto()
    BROKEN = auto()  # it cannot be imported
    HOSTILE = auto()  # it prints, and raises, what would do harm on a page or in a terminal


class End(Enum):
    """What becomes of a submission."""

    VERDICT = auto()
    GRADER_ERROR = auto()
    SUPERSEDED = auto()
    CANCELLED = auto()


@dataclass(frozen=True)
class Work:
    """A project as it is handed in: the numbers of its mistakes, the ids of the parts it lacks, its twist."""

    mistakes: Sequence[int]
    missing: Sequence[str]
    twist: Twist = Twist.NONE


@dataclass(frozen=True)
class Try:
    """Something that is handed in, so long ago, and how it ends."""

    age: timedelta
    work: Work
    end: End = End.VERDICT


@dataclass(frozen=True)
class Student:
    """A student of the demo, whose tries come newest first."""

    email: str
    name: str
    section: str
    tries: Sequence[Try]


TWISTS = {8: Twist.HOSTILE, 13: Twist.BROKEN}  # of the newest try of the student of that number
ENDS = {(11, 0): End.GRADER_ERROR, (17, 1): End.SUPERSEDED, (24, 0): End.CANCELLED}  # by number and try


def plan(course: DemoCourse, required: Sequence[str]) -> list[Student]:
    """Return the students of the demo, in the order of their numbers; `required` are the parts that count."""
    rng = random.Random(SEED)  # noqa: S311 - the demo is the same each time
    return [
        Student(
            email=email,
            name=name,
            section=SECTIONS[number % len(SECTIONS)],
            tries=() if number in ABSENT else _tries(number, course, required, rng),
        )
        for number, (email, name) in enumerate(STUDENTS, start=1)
    ]


def _tries(number: int, course: DemoCourse, required: Sequence[str], rng: random.Random) -> list[Try]:
    """Draw a student's tries, newest first: the longer ago, the more mistakes and the fewer parts."""
    places = range(len(course.mistakes))
    habits = sorted(places, key=lambda place: rng.random() * (place + FREQUENCY_STEPS))
    bonus = [part for part in course.parts if part not in required and rng.random() < BONUS_SHARE]
    twist = TWISTS.get(number, Twist.NONE)
    age = timedelta(days=NEWEST_DAYS * rng.random() ** 2)
    mistakes = rng.choice(MISTAKES)
    fewer = 1 if twist is Twist.HOSTILE else rng.choice(PARTS_MISSING)
    tries = []
    for place in range(max(rng.choice(TRIES), 2 if (number, 1) in ENDS else 1)):
        work = Work(habits[:mistakes], _missing(course, required, fewer, bonus), twist)
        tries.append(Try(age, work, ENDS.get((number, place), End.VERDICT)))
        age += timedelta(hours=rng.uniform(*PAUSE_HOURS))
        mistakes, fewer = mistakes + rng.choice(MISTAKES_MORE), fewer + rng.choice(PARTS_FEWER)
        bonus, twist = [], Twist.NONE  # come last
    return tries


def _missing(course: DemoCourse, required: Sequence[str], fewer: int, bonus: Collection[str]) -> list[str]:
    """Return the parts that are not there yet: the last `fewer`, and if these are none, all but `bonus`."""
    parts = [part for part in course.parts if part in required]
    there = {*parts[: max(0, len(parts) - fewer)], *(() if fewer else bonus)}
    return [part for part in course.parts if part not in there]
