"""The points table after a run of the suite: the grader's own rubric and scoring, applied to this run.

conftest.py registers it in every project that has a rubric.yaml at its root.
"""

import io

import pytest
from rich.console import Console
from rich.text import Text

from grader.core.advice import blocked_by
from grader.core.document import DocumentError
from grader.core.rubric import parse_rubric
from grader.core.scoring import Outcome, TestResult, score
from grader.render.advice_lines import advice_lines
from grader.render.block import Field, Kind
from grader.render.failure import problem_fields
from grader.render.points_table import Ran, part_rows, table_lines, total_row
from tests.cases.pytest_screen import screen_of

RUBRIC = "rubric.yaml"
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
        if board.ran.some:
            terminalreporter.section("points")
            screen = screen_of(terminalreporter.config)
            terminalreporter.write(_rendered(board, screen, in_colour=terminalreporter.hasmarkup))
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
        return Board(score(self._rubric, expected, results), Ran(ran & claimed, whole))

    def _result(self, nodeid, group):
        """Return the result of a test that was run."""
        properties = self._properties[nodeid]
        facts = {"hint": self._hints[nodeid], "properties": properties}
        return TestResult(self._names[nodeid], group, self._outcomes[nodeid], **facts)


class Board:
    """A score, and the test classes that ran: the grounds of the score."""

    def __init__(self, score, ran):
        self.score = score
        self.ran = ran


def _outcome(report):
    """Return the outcome of a report: a skipped test is lost, a failed fixture is the suite's fault."""
    if report.passed:
        return Outcome.PASSED
    if getattr(report, "is_not_written", False):
        return Outcome.NOT_WRITTEN
    return Outcome.NOT_JUDGED if report.failed and report.when != "call" else Outcome.FAILED


def _rendered(board, screen, *, in_colour):
    """Return the table and the next step as text for `screen`."""
    page = io.StringIO()
    console = Console(
        file=page,
        width=screen.width,
        force_terminal=in_colour,
        color_system="standard" if in_colour else None,
        legacy_windows=False,
    )
    for line in _lines(board, screen):
        console.print(line, crop=False, overflow="ignore", no_wrap=True)
    return "".join(f"{line.rstrip()}\n" for line in page.getvalue().splitlines())


def _lines(board, screen):
    """Yield the table, the notes and the next step."""
    yield from table_lines(list(_rows(board)), screen)
    yield Text()
    for note in _notes(board):
        yield from (Text(line, "yellow") for line in screen.wrap(screen.text(note), screen.width))
    yield from advice_lines(board.score, screen)


def _rows(board):
    """Yield the rows of all that was run, and the totals."""
    blocked = blocked_by(board.score)

    def below(scored):
        return _below(scored, blocked.get(scored.problem.id, ()))

    score, ran = board.score, board.ran
    for part in (*score.parts, *score.bonus_parts):
        if ran.has_run(part):
            yield from part_rows(part, ran, below)
    if ran.is_whole(*score.parts):
        yield total_row("total", score.score, score.max_score)
    if score.bonus_parts and ran.is_whole(*score.bonus_parts):
        yield total_row("bonus", score.bonus, score.max_bonus)


def _below(scored, first):
    """Return the fields below a problem that lost points; pytest has shown its failures above."""
    if first:
        return problem_fields(scored, first)
    return [Field("", scored.limited, Kind.VALUE, "yellow")] if scored.limited else []


def _notes(board):
    """Yield notes on tests that the numbers leave out."""
    if not board.ran.is_whole(*board.score.parts):
        yield "Only a part of the tests was run, so there is no total. `uv run pytest` runs them all."
    if board.score.unjudged:
        titles = ", ".join(scored.problem.title for scored in board.score.unjudged)
        yield f"Not judged, because a fixture of the suite failed (tell the course staff): {titles}"
