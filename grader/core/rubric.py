"""The rubric: the problems of an assignment and their points, read from rubric.yaml."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from grader.core.document import Document, parse_document

IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
RUBRIC_KEYS = ("title", "suite", "handout", "policy", "total", "parts", "bonus")
PART_KEYS = ("id", "title", "problems")
PROBLEM_KEYS = (
    *("id", "title", "points", "tests", "section", "hint", "policy", "gate", "essential", "needs"),
)
MOVED_KEY = "catches"
MOVED = (
    "the rubric lists no mistakes any more; write each as an entry under `mistakes` in the folder of known "
    "mistakes, with this problem under `loses`"
)


class ScoringPolicy(StrEnum):
    """How the points of a problem follow from its tests."""

    PROPORTIONAL = "proportional"
    ALL_OR_NOTHING = "all_or_nothing"


@dataclass(frozen=True)
class Problem:
    """One line of the rubric: some points for the tests of one class.

    `section` (of the handout) and `hint` may be empty. So may `gate`: a test, as Class::test, that limits the
    points of a solution by other means than the handout asks. `essential` are tests of its class, without the
    parameters in brackets: where one of them is lost, its points are limited too. `needs` are the ids of
    problems that it builds on. `place` says where `tests` is written.
    """

    id: str
    title: str
    points: int
    tests: str
    section: str = ""
    hint: str = ""
    policy: ScoringPolicy = ScoringPolicy.PROPORTIONAL
    gate: str = ""
    essential: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    place: str = field(default="", compare=False)


@dataclass(frozen=True)
class Part:
    """A part of the assignment and its problems, in the handout's order."""

    id: str
    title: str
    problems: tuple[Problem, ...]

    @property
    def max_score(self) -> int:
        """The points of all problems together."""
        return sum(problem.points for problem in self.problems)


@dataclass(frozen=True)
class Rubric:
    """An assignment: title, folder of the suite, parts, and the bonus parts, which count apart.

    `handout` is the path of its text in Markdown, which may be empty. Folder and path start at the
    assignment's folder.
    """

    title: str
    suite: str
    parts: tuple[Part, ...]
    bonus_parts: tuple[Part, ...] = ()
    handout: str = ""
    name: str = field(default="rubric.yaml", compare=False)

    @property
    def max_score(self) -> int:
        """The points of the parts, without the bonus."""
        return sum(part.max_score for part in self.parts)

    @property
    def max_bonus(self) -> int:
        """The points of the bonus parts."""
        return sum(part.max_score for part in self.bonus_parts)

    @property
    def problems(self) -> Iterator[Problem]:
        """Every problem in the handout's order, the bonus at the end."""
        return (problem for part in (*self.parts, *self.bonus_parts) for problem in part.problems)


def parse_rubric(text: str, name: str = "rubric.yaml") -> Rubric:
    """Return the rubric in the YAML `text`; a mistake in it raises DocumentError with its line and key."""
    document = parse_document(text, name)
    document.reject_unknown(*RUBRIC_KEYS)
    parts, bonus_parts = document.mappings("parts"), document.mappings("bonus", default=())
    policy = ScoringPolicy(document.choice("policy", list(ScoringPolicy), default=ScoringPolicy.PROPORTIONAL))
    rubric = Rubric(
        title=document.text("title"),
        suite=document.text("suite"),
        parts=tuple(_part(part, policy) for part in parts),
        bonus_parts=tuple(_part(part, policy) for part in bonus_parts),
        handout=document.text("handout", default=""),
        name=name,
    )
    _refuse_repeats([*parts, *bonus_parts])
    _check_needs([*parts, *bonus_parts])
    _check_total(document, rubric)
    return rubric


def compare(rubric: Rubric, tests: Mapping[str, Collection[str]]) -> list[str]:
    """Return a sentence for each test class, and each gate, that only the rubric or only the suite names.

    `tests` are the names of the suite's tests by class; each class holds at least one.
    """
    claimed = {problem.tests for problem in rubric.problems}
    missing = [
        f"{problem.place}: the suite has no tests in a class {problem.tests}; correct the name or add some"
        for problem in rubric.problems
        if problem.tests not in tests
    ]
    unclaimed = [
        f"{rubric.name}: no problem names the suite's class {name}; "
        f"add a problem with `tests: {name}` or remove the class"
        for name in sorted(tests)
        if name not in claimed
    ]
    return missing + unclaimed + _missing_gates(rubric, tests) + _missing_essentials(rubric, tests)


def _missing_gates(rubric: Rubric, tests: Mapping[str, Collection[str]]) -> list[str]:
    known = {f"{group}::{name}" for group, names in tests.items() for name in names}
    return [
        f"{problem.place}: the suite has no test {problem.gate}; correct the gate or leave it out"
        for problem in rubric.problems
        if problem.gate and problem.gate not in known
    ]


def _missing_essentials(rubric: Rubric, tests: Mapping[str, Collection[str]]) -> list[str]:
    return [
        f"{problem.place}: {problem.tests} has no test {name}; correct the essential test or leave it out"
        for problem in rubric.problems
        for name in problem.essential
        if not any(is_named(test, name) for test in tests.get(problem.tests, ()))
    ]


def is_named(test: str, name: str) -> bool:
    """Tell whether `name` names a test, with its parameters in brackets or without."""
    return name in {test, test.partition("[")[0]}


def _part(document: Document, policy: ScoringPolicy) -> Part:
    document.reject_unknown(*PART_KEYS)
    problems = tuple(_problem(problem, policy) for problem in document.mappings("problems"))
    return Part(id=_id(document), title=document.text("title"), problems=problems)


def _problem(document: Document, policy: ScoringPolicy) -> Problem:
    if MOVED_KEY in document:
        raise document.error(MOVED_KEY, MOVED)
    document.reject_unknown(*PROBLEM_KEYS)
    tests = _check_text(document, "tests", str.isidentifier, "the name of a test class such as TestAddition")
    gate = document.text("gate", default="")
    return Problem(
        id=_id(document),
        title=document.text("title"),
        points=document.integer("points", of="points", minimum=1),
        tests=tests,
        section=document.text("section", default=""),
        hint=document.text("hint", default=""),
        policy=ScoringPolicy(document.choice("policy", list(ScoringPolicy), default=policy)),
        gate=gate if "::" in gate or not gate else f"{tests}::{gate}",
        essential=tuple(document.texts("essential", default=())),
        needs=tuple(document.texts("needs", default=())),
        place=document.place_of("tests"),
    )


def _id(document: Document) -> str:
    def is_id(written: str) -> bool:
        return IDENTIFIER.fullmatch(written) is not None

    return _check_text(document, "id", is_id, "an id of letters, digits, _ and -, with a letter first")


def _check_text(document: Document, key: str, is_right: Callable[[str], bool], wanted: str) -> str:
    """Return the text of `key`, refused unless `is_right` says so."""
    written = document.text(key, of=wanted)
    if not is_right(written):
        raise document.error(key, f'expected {wanted}, got "{written}"')
    return written


def _refuse_repeats(parts: Sequence[Document]) -> None:
    """Refuse two parts or two problems of one id, and two problems that claim one test class."""
    problems = [problem for part in parts for problem in part.mappings("problems")]
    for documents, key in ((parts, "id"), (problems, "id"), (problems, "tests")):
        lines: dict[str, int] = {}
        for document in documents:
            written = document.text(key)
            if written in lines:
                message = f"{written} is taken already, on line {lines[written]}; each may be used once"
                raise document.error(key, message)
            lines[written] = document.line_of(key)


def _check_needs(parts: Sequence[Document]) -> None:
    """Refuse a need that is no problem of the rubric, and problems that need each other in a circle."""
    documents = {problem.text("id"): problem for part in parts for problem in part.mappings("problems")}
    needs = {name: document.texts("needs", default=()) for name, document in documents.items()}
    for name, wanted in needs.items():
        for need in wanted:
            if need not in documents:
                message = f"there is no problem {need}; name a problem by its id, or leave it out"
                raise documents[name].error("needs", message)
        if name in needs_of(name, needs):
            raise documents[name].error("needs", f"{name} needs itself, in a circle; leave one of them out")


def needs_of(name: str, needs: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the problems that the problem `name` builds on, directly or by others, the nearest first."""
    found: dict[str, None] = {}
    waiting = list(needs.get(name, ()))
    while waiting:
        need = waiting.pop(0)
        if need not in found:
            found[need] = None
            waiting += needs.get(need, ())
    return list(found)


def _check_total(document: Document, rubric: Rubric) -> None:
    """Refuse a `total` that is not the sum of the parts."""
    if "total" not in document:
        return
    total = document.integer("total", of="points", minimum=1)
    if total != rubric.max_score:
        message = f"the parts add up to {rubric.max_score} points, not {total}; correct one or the other"
        raise document.error("total", message)
