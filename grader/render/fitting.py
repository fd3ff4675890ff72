"""Fits a report to a page: every text is clean, and all of them together have a bounded size."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import accumulate
from typing import Any

from grader.core.report import GradedReport
from grader.core.scoring import PartScore, ProblemScore, Score, TestResult
from grader.core.text import CUT, clean

LARGEST_TEXT = 100_000  # characters
TEXTS_OF_A_TEST = ("name", "description", "message", "expected", "actual", "hint")
ESCAPED = {"&": 4, "<": 3, ">": 3, '"': 4, "'": 4}  # bytes that the entities which Jinja writes have more

Change = Callable[[str], str]


def fit(report: GradedReport, size: int) -> GradedReport:
    """Return `report` with clean texts that, escaped, take up to `size` bytes; the longest are cut first.

    The texts are the ones that a submission can make long, messages, values, output, names of files and
    notes, and the other texts of the tests.
    """
    tidy = _with_texts(report, lambda text: clean(text, LARGEST_TEXT))
    sizes = [escaped_size(text) for text in _texts(tidy)]
    if sum(sizes) <= size:
        return tidy
    share = _fair_share(sizes, size)
    return _with_texts(tidy, lambda text: cut(text, share))


def cut(text: str, size: int) -> str:
    """Return `text`, cut so that it takes no more than `size` bytes when escaped."""
    if escaped_size(text) <= size:
        return text
    ends = list(accumulate(map(_size, text)))
    return text[: bisect_right(ends, size - len(CUT))] + CUT


def escaped_size(text: str) -> int:
    """Return the bytes that `text` takes on a page."""
    return len(text.encode()) + sum(more * text.count(character) for character, more in ESCAPED.items())


def _size(character: str) -> int:
    return len(character.encode()) + ESCAPED.get(character, 0)


def _fair_share(sizes: Iterable[int], total: int) -> int:
    """Return the size to which the larger of `sizes` must be cut for all to fit into `total`."""
    ordered = sorted(sizes)
    for position, size in enumerate(ordered):
        share = total // (len(ordered) - position)
        if size > share:
            return share
        total -= size
    return max(ordered, default=0)


def _texts(report: GradedReport) -> Iterator[str]:
    """Yield every text that is to fit."""
    yield report.output
    yield from report.files
    yield from report.notes
    for problem in report.score.problems:
        for result in problem.results:
            yield from (getattr(result, name) or "" for name in TEXTS_OF_A_TEST)


def _with_texts(report: GradedReport, change: Change) -> GradedReport:
    """Return `report` with `change` made to each of its texts."""
    return replace(
        report,
        output=change(report.output),
        files=tuple(map(change, report.files)),
        notes=tuple(map(change, report.notes)),
        score=_with_results(report.score, lambda result: _with_text(result, change)),
    )


def _with_results(score: Score, change: Callable[[TestResult], TestResult]) -> Score:
    def part_of(part: PartScore) -> PartScore:
        return replace(part, problems=tuple(map(problem_of, part.problems)))

    def problem_of(problem: ProblemScore) -> ProblemScore:
        return replace(problem, results=tuple(map(change, problem.results)))

    return Score(tuple(map(part_of, score.parts)), tuple(map(part_of, score.bonus_parts)))


def _with_text(result: TestResult, change: Change) -> TestResult:
    texts = {name: getattr(result, name) for name in TEXTS_OF_A_TEST}
    changed: dict[str, Any] = {name: text and change(text) for name, text in texts.items()}
    return replace(result, **changed)
