"""The report in the order of its page: losses first, each cause once, and the quiet rest in groups."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.core.advice import blocked_by
from grader.core.scoring import Outcome, PartScore, ProblemScore, Score
from grader.render.marks import MARKS
from grader.render.reasons import Reason, reasons

OPEN_PROBLEMS = 4  # that are unfolded; the lines of the others say what they cost


@dataclass(frozen=True)
class Pointer:
    """A number of tests that share their cause with another problem."""

    problem: ProblemScore
    tests: int


@dataclass(frozen=True)
class Card:
    """A reason, its cost in its problem, and the later problems that lose by the same cause."""

    reason: Reason
    cost: Fraction | None
    elsewhere: tuple[Pointer, ...] = ()


@dataclass(frozen=True)
class LostProblem:
    """A problem with losses.

    `told` are losses whose cause the page shows above, and `waits` are the problems that it should wait for.
    """

    scored: ProblemScore
    cards: tuple[Card, ...]
    told: tuple[Pointer, ...]
    waits: tuple[ProblemScore, ...]
    is_open: bool = False


@dataclass(frozen=True)
class PartView:
    """A part: problems with losses, problems without code, problems with all points."""

    scored: PartScore
    lost: tuple[LostProblem, ...]
    unwritten: tuple[ProblemScore, ...]
    full: tuple[ProblemScore, ...]

    @property
    def is_quiet(self) -> bool:
        """Whether the part needs one line only: it is full, or nothing of it is written."""
        return not self.lost and not (self.unwritten and self.full)

    @property
    def rank(self) -> tuple[int, Fraction]:
        """The place of the part on the page: most to win first, then parts without code, then full ones."""
        lost = sum((each.scored.lost for each in self.lost), Fraction(0))
        return (0 if self.lost else 1 if self.unwritten else 2), -lost


@dataclass(frozen=True)
class Dashboard:
    """The parts in the order of the page, and the number of tests by outcome."""

    parts: tuple[PartView, ...]
    bonus_parts: tuple[PartView, ...]
    tests: Counter[Outcome]

    @property
    def total(self) -> int:
        """The number of all tests."""
        return sum(self.tests.values())

    @property
    def open_bonus(self) -> tuple[PartView, ...]:
        """The bonus parts of which nothing is written."""
        return tuple(part for part in self.bonus_parts if not part.lost and not part.full)

    @property
    def begun_bonus(self) -> tuple[PartView, ...]:
        """The other bonus parts."""
        return tuple(part for part in self.bonus_parts if part.lost or part.full)

    @property
    def words(self) -> str:
        """The numbers of tests that did not pass, such as "25 failed, 18 not run"."""
        lost = [name for name in Outcome if name is not Outcome.PASSED and self.tests[name]]
        return ", ".join(f"{self.tests[name]} {MARKS[name].word}" for name in lost) or "none lost"

    @property
    def has_begun(self) -> bool:
        """Whether any problem has code."""
        return any(part.lost or part.full for part in (*self.parts, *self.bonus_parts))


def dashboard_of(score: Score, *, unfold: bool = True) -> Dashboard:
    """Return the dashboard of `score`; `unfold` opens the first problems with losses."""
    blocked = blocked_by(score)
    parts = sorted((_part(each, blocked) for each in score.parts), key=lambda part: part.rank)
    bonus = [_part(each, blocked) for each in score.bonus_parts]
    told = _tell_once([*parts, *bonus])
    opened = _unfold(told) if unfold else told
    tests = Counter(result.outcome for problem in score.problems for result in problem.results)
    return Dashboard(tuple(opened[: len(parts)]), tuple(opened[len(parts) :]), tests)


def held_up(score: Score, problem: ProblemScore) -> tuple[ProblemScore, ...]:
    """Return the begun problems that lose points because of `problem`."""
    blocked = blocked_by(score)
    return tuple(
        each for each in score.problems if each.is_begun and problem in blocked.get(each.problem.id, ())
    )


def _part(part: PartScore, blocked: Mapping[str, tuple[ProblemScore, ...]]) -> PartView:
    lost = [each for each in part.problems if each.is_begun and not _is_full(each)]
    return PartView(
        part,
        tuple(LostProblem(each, _cards(each), (), blocked.get(each.problem.id, ())) for each in lost),
        tuple(each for each in part.problems if not each.is_begun),
        tuple(each for each in part.problems if _is_full(each)),
    )


def _is_full(scored: ProblemScore) -> bool:
    return scored.score is not None and not scored.lost and not scored.losses


def _cards(scored: ProblemScore) -> tuple[Card, ...]:
    found = reasons(scored.results)
    is_judged = scored.score is not None
    return tuple(Card(each, scored.lost_per_test * len(each.tests) if is_judged else None) for each in found)


def _tell_once(parts: Sequence[PartView]) -> list[PartView]:
    """Return the parts with each recognised cause on one card: later problems point to the first one."""
    first: dict[str, ProblemScore] = {}
    later: dict[str, list[Pointer]] = {}
    shown = []
    for part in parts:
        lost = [_point(problem, first, later) for problem in part.lost]
        shown.append(replace(part, lost=tuple(lost)))
    return [_with_pointers(part, later) for part in shown]


def _point(
    problem: LostProblem, first: dict[str, ProblemScore], later: dict[str, list[Pointer]]
) -> LostProblem:
    cards, told = [], []
    for card in problem.cards:
        cause = card.reason.shared.cause
        if cause and first.setdefault(cause, problem.scored) is not problem.scored:
            later.setdefault(cause, []).append(Pointer(problem.scored, len(card.reason.tests)))
            told.append(Pointer(first[cause], len(card.reason.tests)))
        else:
            cards.append(card)
    return replace(problem, cards=tuple(cards), told=tuple(told))


def _with_pointers(part: PartView, later: Mapping[str, Sequence[Pointer]]) -> PartView:
    lost = [
        replace(
            problem,
            cards=tuple(
                replace(card, elsewhere=tuple(later.get(card.reason.shared.cause, ())))
                for card in problem.cards
            ),
        )
        for problem in part.lost
    ]
    return replace(part, lost=tuple(lost))


def _unfold(parts: Sequence[PartView]) -> list[PartView]:
    """Return the parts with the first problems open that wait for no other and have a card."""
    left = OPEN_PROBLEMS
    shown = []
    for part in parts:
        lost = []
        for problem in part.lost:
            is_open = left > 0 and not problem.waits and bool(problem.cards or problem.scored.limited)
            left -= is_open
            lost.append(replace(problem, is_open=is_open))
        shown.append(replace(part, lost=tuple(lost)))
    return shown
