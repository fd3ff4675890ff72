"""The points table after a run of the suite: the grader's own rubric and scoring, applied to this run.

conftest.py registers it in every project that has a rubric.yaml at its root.
"""

import io

import pytest
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.core.advice import blocked_by, hint_of, next_step
from grader.core.document import DocumentError
from grader.core.rubric import parse_rubric
from grader.core.scoring import Outcome, TestResult, format_points, score

RUBRIC = "rubric.yaml"
WIDTH = 100  # the table's, on wider terminals
WIDTH_OF_TITLES = 60  # on narrower terminals the titles are left out
SEVERITY = (Outcome.PASSED, Outcome.NOT_WRITTEN, Outcome.FAILED, Outcome.NOT_JUDGED)


def register_scoreboard(config):
    """Show points after this run, if the project has a rubric."""
    source = config.rootpath / RUBRIC
    if not source.is_file():
        return
    try:
        rubric = parse_rubric(source.read_text(encoding="utf-8"), RUBRIC)
    except DocumentError as error:
        raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(Scoreboard(rubric, config.rootpath / rubric.suite), "scoreboard")


class Scoreboard:
    """A pytest plugin that gathers the outcomes of the tests in the folder `suite` and shows their points."""

    def __init__(self, rubric, suite):
        self._rubric = rubric
        self._suite = suite.resolve()
        self._groups = {}  # the class of each selected test, by node id
        self._names = {}  # its name there, likewise
        self._properties = {}  # the facts that it recorded, likewise
        self._reduced = set()  # classes of which only some tests are selected
        self._outcomes = {}  # by node id
        self._hints = {}  # that belong to failures, likewise

    def pytest_deselected(self, items):
        """Note the classes that lose tests to -k, -m, --lf and the like."""
        self._reduced.update(filter(None, map(self._group, items)))

    def pytest_collection_finish(self, session):
        """Note which tests are to run."""
        named = (argument.split("[")[0].split("::") for argument in session.config.args)
        self._reduced.update(names[1] for names in named if len(names) > 2)  # file::class::test
        groups = {item.nodeid: self._group(item) for item in session.items}
        self._groups = {nodeid: group for nodeid, group in groups.items() if group}
        self._names = {item.nodeid: item.name for item in session.items}

    def pytest_runtest_logreport(self, report):
        """Keep the worst outcome of a test's set-up, call and teardown."""
        if report.nodeid not in self._groups or (report.passed and report.when != "call"):
            return
        before = self._outcomes.get(report.nodeid, Outcome.PASSED)
        self._properties[report.nodeid] = dict(report.user_properties)
        self._hints[report.nodeid] = getattr(report, "hint", None)
        self._outcomes[report.nodeid] = max(before, _outcome(report), key=SEVERITY.index)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter):
        """Write the table below pytest's own summary, where it is seen first."""
        result = yield
        board = self._board()
        if board.ran:
            terminalreporter.section("points")
            width = min(terminalreporter.config.get_terminal_writer().fullwidth, WIDTH)
            terminalreporter.write(_rendered(board, width, in_colour=terminalreporter.hasmarkup))
        return result

    def _group(self, item):
        """Return the class of a test of the suite, or None for any other item."""
        owner = item.getparent(pytest.Class)
        return owner.name if owner and item.path.resolve().is_relative_to(self._suite) else None

    def _board(self):
        """Return the points of the classes that ran with all their tests."""
        ran = {group for nodeid, group in self._groups.items() if nodeid in self._outcomes}
        cut_short = {group for nodeid, group in self._groups.items() if nodeid not in self._outcomes}
        whole = ran - self._reduced - cut_short
        tests = {nodeid: group for nodeid, group in self._groups.items() if group in whole}
        expected = {name: [self._names[n] for n, group in tests.items() if group == name] for name in whole}
        results = [self._result(nodeid, group) for nodeid, group in tests.items()]
        claimed = {problem.tests for problem in self._rubric.problems}
        return Board(score(self._rubric, expected, results), ran & claimed, whole)

    def _result(self, nodeid, group):
        """Return the result of a test that was run."""
        properties = self._properties[nodeid]
        facts = {"hint": self._hints[nodeid], "properties": properties}
        return TestResult(self._names[nodeid], group, self._outcomes[nodeid], **facts)


class Board:
    """A score, the test classes that `ran`, and those of them that ran `whole`: the score's grounds."""

    def __init__(self, score, ran, whole):
        self.score = score
        self.ran = ran
        self.whole = whole

    def has_run(self, part):
        """Tell whether any problem of `part` was run."""
        return any(problem.problem.tests in self.ran for problem in part.problems)

    def is_whole(self, *parts):
        """Tell whether every problem of `parts` was run with all its tests."""
        return all(problem.problem.tests in self.whole for part in parts for problem in part.problems)


def _outcome(report):
    """Return the outcome of a report: a skipped test is lost, a failed fixture is the suite's fault."""
    if report.passed:
        return Outcome.PASSED
    if getattr(report, "is_not_written", False):
        return Outcome.NOT_WRITTEN
    return Outcome.NOT_JUDGED if report.failed and report.when != "call" else Outcome.FAILED


def _rendered(board, width, *, in_colour):
    """Return the table and the next step as text that fits into `width` columns."""
    screen = io.StringIO()
    console = Console(
        file=screen,
        width=width,
        force_terminal=in_colour,
        color_system="standard" if in_colour else None,
        legacy_windows=False,
        emoji=False,
        markup=False,
        highlight=False,
    )
    table = _table(board, with_titles=width >= WIDTH_OF_TITLES)
    console.print(Group(table, "", *_notes(board), *_followers(board), *_limits(board), *_advice(board)))
    return "".join(f"{line.rstrip()}\n" for line in screen.getvalue().splitlines())


def _table(board, *, with_titles):
    """Return the points by part and problem, of all that was run, and the totals."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    if with_titles:
        table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    for label, title, points, tests in _rows(board):
        table.add_row(label, *([title] if with_titles else []), points, tests)
    return table


def _rows(board):
    """Yield the cells of each line: label, title, points, tests."""
    for part in (*board.score.parts, *board.score.bonus_parts):
        if board.has_run(part):
            points = _points(part.score, part.max_score) if board.is_whole(part) else Text("partly run")
            begun = [p for p in part.problems if p.is_begun and p.problem.tests in board.ran]
            rest = sum(not p.is_begun for p in part.problems)
            stubs = f"{rest} not written yet" if rest else ""
            yield Text(part.part.id, "bold"), Text(part.part.title, "bold"), points, Text(stubs, "dim")
            yield from (_row(p, board) for p in begun)
    if board.is_whole(*board.score.parts):
        yield Text("total", "bold"), Text(""), _points(board.score.score, board.score.max_score), Text("")
    if board.score.bonus_parts and board.is_whole(*board.score.bonus_parts):
        yield Text("bonus", "bold"), Text(""), _points(board.score.bonus, board.score.max_bonus), Text("")


def _row(scored, board):
    """Return the cells of one problem's line."""
    points, tests = Text("partly run"), Text("")
    if scored.problem.tests in board.whole:
        points = _points(scored.score, scored.problem.points)
        tests = Text(f"{scored.passed}/{len(scored.results)} tests")
    return Text(f"  {scored.problem.id}"), Text(scored.problem.title), points, tests


def _points(points, most):
    """Return points of a maximum, coloured by how much of it they are, or say that they are not judged."""
    if points is None:
        return Text("not judged", "yellow")
    style = "green" if points == most else "yellow" if points else "red"
    return Text(f"{format_points(points)} / {most}", style)


def _notes(board):
    """Yield notes on tests that the numbers leave out."""
    if not board.is_whole(*board.score.parts):
        yield Text("Only a part of the tests was run, so there is no total. `uv run pytest` runs them all.")
    if board.score.unjudged:
        ids = ", ".join(scored.problem.id for scored in board.score.unjudged)
        yield Text(f"Not judged, because a fixture of the suite failed (tell the course staff): {ids}")


def _followers(board):
    """Yield which problems lose because of earlier ones, each of those once."""
    followers = {}
    for name, first in blocked_by(board.score).items():
        for each in first:
            followers.setdefault(each.problem.id, []).append(name)
    begun = {scored.problem.id for scored in board.score.problems if scored.is_begun}
    for first, names in followers.items():
        if told := [name for name in names if name in begun]:
            yield Text(f"Because of {first} also: {', '.join(told)}", "yellow")


def _limits(board):
    """Yield why problems earn at most half of their points, each reason once."""
    reasons = dict.fromkeys(scored.limited for scored in board.score.problems if scored.limited)
    for reason in reasons:
        ids = ", ".join(scored.problem.id for scored in board.score.problems if scored.limited == reason)
        yield Text(f"{ids}: {reason}", "yellow")


def _advice(board):
    """Yield the next problem to work on, and how to run its tests."""
    step = next_step(board.score)
    if step is None:
        return
    problem = step.problem
    section = f" (handout, section {problem.section})" if problem.section else ""
    yield Text.assemble(
        "Next: ", (problem.id, "bold"), f", {problem.title}{section}. {hint_of(step)}".rstrip()
    )
    yield Padding(Text(f"uv run pytest -k {problem.tests}", "bold"), (0, 0, 0, 6))
