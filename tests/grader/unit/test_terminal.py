"""The report in a terminal."""

import io
from dataclasses import replace

from rich.console import Console

from grader.core.report import Status, status_of
from grader.core.scoring import Outcome
from grader.render.terminal import print_report
from tests.grader.support.reports import report, result


def shown(graded, width=100):
    """Return the output of `print_report` as plain text."""
    console = Console(file=io.StringIO(), width=width, color_system=None)
    print_report(graded, console)
    return console.file.getvalue()


def test_totals_come_first():
    """The first line holds the title, the score of the maximum, and the bonus apart."""
    text = shown(report())

    assert text.splitlines()[0].split() == ["Sums", "5", "/", "5", "bonus", "4", "/", "4"]


def test_bonus_parts_stand_below_a_line_of_their_own():
    """A line with their sum parts the bonus parts from the others; without a bonus there is none."""
    with_bonus, without = report(), report()
    without = replace(without, score=replace(without.score, bonus_parts=()))

    lines = [line.split() for line in shown(with_bonus).splitlines()]

    below = lines[lines.index(["Bonus", "(not", "in", "the", "score)", "4", "/", "4"]) :]
    assert ["Extra", "part", "4", "/", "4"] in below
    assert "Bonus" not in shown(without)


def test_a_loss_shows_its_first_reason():
    """A problem that loses points shows the reason of its first lost test and how many more there are."""
    lost = [
        result(name="test_one", outcome=Outcome.FAILED, message="is wrong", expected="5.0", actual="6.0"),
        result(name="test_two", outcome=Outcome.ERROR, message="TypeError: no\n  File x"),
        result(name="test_three"),
    ]

    text = shown(report(*lost))

    assert "test_one: is wrong: expected 5.0, got 6.0 (and 1 more)" in text
    assert "1 / 3" in text
    assert "1/3 tests" in text


def test_the_next_step_is_named():
    """The line under the table names the problem to work on, its section and its hint."""
    text = shown(report(result("TestTaking", "test_takes", Outcome.FAILED, message="no")))

    assert "Next: Subtraction (handout, section 2.2). Take them away." in text


def test_our_failure_is_not_a_score():
    """A report that the grader failed to make says that it does not count."""
    text = shown(report(result(outcome=Outcome.NOT_JUDGED, message="ours"), status=Status.GRADER_ERROR))

    assert "Grading failed on our side. No attempt used." in text
    assert "- / 3" in text


def test_an_unjudged_bonus_is_in_no_sum():
    """A bonus that was not judged has no sum, the report does not count, and the problem is named."""
    broken = report(result("TestRoots", outcome=Outcome.NOT_JUDGED, message="ours"))

    text = shown(replace(broken, status=status_of(broken.score, loadable=True)))

    assert "5 / 5  bonus - / 4" in text
    assert "Grading failed on our side. No attempt used." in text
    assert "Not judged: Roots." in text


def test_an_import_error_is_said_once():
    """A submission that cannot be imported shows the state and, once, the reason with its traceback."""
    reason = "tests/adapters.py cannot be imported: SyntaxError: x"
    message = f'{reason}\n  File "smulgrad/engine.py", line 2'
    lost = [
        result(group, "test_it", Outcome.ERROR, message=message) for group in ("TestAdding", "TestTaking")
    ]

    text = shown(report(*lost, status=Status.NOT_GRADABLE, notes=(reason,)))

    assert "cannot be imported, so no test could run" in text
    assert text.count(reason) == 1
    assert 'File "smulgrad/engine.py", line 2' in text


def test_hostile_text_stays_text():
    """Terminal escapes and rich markup from a submission do not reach the terminal."""
    hostile = result(outcome=Outcome.ERROR, message="[bold red]\x1b[2Jcleared\x1b]0;title\x07 \u202eright")

    text = shown(report(hostile))

    assert "[bold red]cleared" in text
    assert not {"\x1b", "\x07", "\u202e"} & set(text)


def test_what_the_verdict_rests_on():
    """The last lines name suite, rubric, seed and runner, and the isolation of the submission."""
    text = " ".join(shown(report()).split())

    assert "suite cdcdcdcd · rubric efefefef · seed 0123456789ab · runner process (isolation: none)" in text


def test_a_narrow_terminal():
    """Nothing is wider than a terminal of 40 columns."""
    lost = result(outcome=Outcome.FAILED, message="x" * 200)

    text = shown(report(lost), width=40)

    assert max(len(line) for line in text.splitlines()) <= 40
