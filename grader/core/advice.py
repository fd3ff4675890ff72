"""Advice: which losses follow from an earlier problem, and which problem to work on next."""

from collections.abc import Mapping
from fractions import Fraction

from grader.core.rubric import needs_of
from grader.core.scoring import ProblemScore, Score

BROKEN_SHARE = Fraction(1, 2)  # of its points that a problem has lost when others cannot build on it
NOT_BEGUN_SHARE = Fraction(1, 2)  # of its points that a problem without any code counts in the advice


def blocked_by(score: Score) -> Mapping[str, tuple[ProblemScore, ...]]:
    """Return, for each problem that loses because of earlier ones, those problems; by the problem's id.

    The earlier problem is one that it needs, which has lost half of its points or loses by the same mistake.
    Of several the earliest are named: those that depend on no other of them.
    """
    problems = {scored.problem.id: scored for scored in score.problems}
    needs = {name: scored.problem.needs for name, scored in problems.items()}
    found: dict[str, tuple[ProblemScore, ...]] = {}
    for name, scored in problems.items():
        earlier = [problems[need] for need in needs_of(name, needs) if need in problems]
        reasons = {each.problem.id: each for each in earlier if _explains(each, scored)}
        first = [each for each in reasons.values() if not reasons.keys() & needs_of(each.problem.id, needs)]
        if scored.losses and first:
            found[name] = tuple(first)
    return found


def next_step(score: Score) -> ProblemScore | None:
    """Return the problem that would bring the most points, the earliest of several; None if none lost any.

    A problem brings the points that it lost, or half of them if it has no code yet. It also brings the points
    that begun problems lose because of it. A problem that loses because of an earlier one waits for that.
    """
    blocked = blocked_by(score)
    open_problems = [
        scored
        for part in score.parts
        for scored in part.problems
        if scored.lost and scored.losses and scored.problem.id not in blocked
    ]
    worth = {scored.problem.id: _own_worth(scored) for scored in open_problems}
    for scored in score.problems:
        for first in blocked.get(scored.problem.id, ()):
            if scored.is_begun and first.problem.id in worth:
                worth[first.problem.id] += scored.lost
    return max(open_problems, key=lambda scored: worth[scored.problem.id], default=None)


def hint_of(scored: ProblemScore) -> str:
    """Return the hint of most lost tests of a problem, else the rubric's hint."""
    hints = [result.hint for result in scored.losses if result.cause and result.hint]
    return max(hints, key=hints.count) if hints else scored.problem.hint


def _explains(earlier: ProblemScore, scored: ProblemScore) -> bool:
    """Tell whether losses of `earlier`, on which `scored` builds, are why that loses as well."""
    if not earlier.losses or not earlier.lost:
        return False
    if not scored.is_begun:
        return not earlier.is_begun
    is_broken = earlier.lost >= BROKEN_SHARE * earlier.problem.points
    return is_broken or bool(earlier.causes & scored.causes)


def _own_worth(scored: ProblemScore) -> Fraction:
    return scored.lost if scored.is_begun else scored.lost * NOT_BEGUN_SHARE
