"""Fault localisation: from the lines that failing and passing tests ran to the place of a mistake.

A line is suspicious if many failing tests ran it and few passing ones: ef / sqrt(F * (ef + ep)), which is
Ochiai's measure. F failing tests are to be explained; `ef` failing and `ep` passing tests ran the line. The
most suspicious lines explain the failing tests that ran them. Then the search goes on with the others, as a
submission may have several mistakes.

No place is better than a wrong one. So none is named where lines of two functions are about as suspicious,
where passing tests ran them as often, or where other failing tests of the same classes did not run them.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from grader.core.scoring import Outcome

Line = tuple[str, int]  # file and number
Function = tuple[str, int]  # name and first line
TestId = tuple[str, str]  # class and name

ADAPTERS = "tests/adapters.py"  # it only hands on, so most tests of a kind run the same lines of it
MOST_MISTAKES = 8  # that are looked for
NEAR = 0.95  # of the highest suspicion: where lines of two functions are so close, neither is named
ROUNDING = 1e-9
LEAST_OF_KIND = 0.75  # of the explained tests, whose class has no failing test that stays unexplained
LEAST_KNOWN = 0.9  # of the passing tests, whose lines must be known
MOST_NAMED = 3  # lines; where more are equally suspicious, the function is named


@dataclass(frozen=True)
class TracedTest:
    """The outcome of a test in the traced run, and the lines that it ran, each with its function.

    `lines` is None if they are not known.
    """

    outcome: Outcome
    lines: Mapping[Line, Function] | None

    @classmethod
    def of(cls, outcome: Outcome, told: Any) -> "TracedTest":
        """Return the trace of a test whose lines are `told` (grader.boundary.ran_lines)."""
        if told is None:
            return cls(outcome, None)
        ran = {(file, line): (name, first) for file, name, first, lines in told for line in lines}
        return cls(outcome, ran)


@dataclass(frozen=True)
class Suspect:
    """The most suspicious lines, all of one function of `file`; `lines` is empty if only that is known."""

    file: str
    function: str
    function_line: int
    lines: tuple[int, ...]


def locate(traces: Mapping[TestId, TracedTest]) -> dict[TestId, Suspect]:
    """Return the suspect of each failing test that has one."""
    passing = [each for each in traces.values() if each.outcome is Outcome.PASSED]
    known = sum(each.lines is not None for each in passing)
    if known < LEAST_KNOWN * len(passing):
        return {}
    passed = Counter(line for each in passing for line in each.lines or ())
    failing = {
        test: each.lines for test, each in traces.items() if each.outcome is Outcome.FAILED and each.lines
    }
    unexplained = failing
    found: dict[TestId, Suspect] = {}
    for _ in range(MOST_MISTAKES):
        comparison = _Comparison(unexplained.values(), passed)
        if not comparison.is_clear:
            break
        explained = {test for test, lines in unexplained.items() if comparison.top[0] in lines}
        of_kind = _whole_classes(explained, failing.keys() - found.keys())
        suspect = comparison.suspect(is_whole=known == len(passing))
        if suspect is not None and len(of_kind) >= LEAST_OF_KIND * len(explained):
            found |= dict.fromkeys(of_kind, suspect)
        unexplained = {test: lines for test, lines in unexplained.items() if test not in explained}
    return found


def _whole_classes(explained: Collection[TestId], failing: Collection[TestId]) -> list[TestId]:
    """Return the explained tests of the classes in which all failing tests are explained."""
    others = {group for group, name in failing if (group, name) not in explained}
    return [test for test in explained if test[0] not in others]


class _Comparison:
    """The failing tests that are to be explained, against all passing ones.

    Attributes: `top` (the most suspicious lines, in order).
    """

    def __init__(self, failing: Collection[Mapping[Line, Function]], passed: Mapping[Line, int]) -> None:
        """Compare the lines of failing tests with the number of passing tests that ran each line."""
        self._passed = passed
        self._failed = Counter(line for lines in failing for line in lines)
        self._functions = {line: (line[0], each) for lines in failing for line, each in lines.items()}
        self._suspicion = {line: count / sqrt(count + passed[line]) for line, count in self._failed.items()}
        self._highest = max(self._suspicion.values(), default=0.0)
        self.top = sorted(line for line in self._suspicion if self._is_as_suspicious(line, 1 - ROUNDING))

    @property
    def is_clear(self) -> bool:
        """Whether more failing tests than passing tests ran the most suspicious lines."""
        return bool(self.top) and all(self._failed[line] > self._passed[line] for line in self.top)

    def suspect(self, *, is_whole: bool) -> Suspect | None:
        """Return the suspect; None if lines of several functions are about as suspicious.

        Without the lines of all passing tests (`is_whole`) only a function is named.
        """
        near = [self._functions[line] for line in self._suspicion if self._is_as_suspicious(line, NEAR)]
        functions = {(file, name) for file, (name, _) in near}
        if len(functions) != 1:
            return None
        ((file, function),) = functions
        function_line = min(first for _, (_, first) in near)  # a comprehension begins later
        is_named = is_whole and len(self.top) <= MOST_NAMED and not any(self._passed[x] for x in self.top)
        if file == ADAPTERS or not (is_named or function):
            return None
        return Suspect(file, function, function_line, tuple(line for _, line in self.top) if is_named else ())

    def _is_as_suspicious(self, line: Line, share: float) -> bool:
        return self._suspicion[line] >= self._highest * share
