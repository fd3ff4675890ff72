"""The report in a terminal."""

import io
from dataclasses import replace

from rich.console import Console

from grader.core.report import Status, status_of
from grader.core.rubric import parse_rubric
from grader.core.scoring import Outcome, score
from grader.render.terminal import print_report
from tests.assignment.samples import ROOT
from tests.grader.support.reports import report, result

HALF = "\N{CIRCLE WITH LEFT HALF BLACK}"


def shown(graded, width=100):
    """Return the output of `print_report` as plain text."""
    console = Console(file=io.StringIO(), width=width, color_system=None)
    print_report(graded, console)
    return console.file.getvalue()


def words(text, label):
    """Return the words of the only line that begins with `label`, a mark aside."""
    [line] = [line for line in text.splitlines() if line[:14].strip(" +x!\u25d0\u2717").startswith(label)]
    return line.split()


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
    assert ["\N{CHECK MARK}", "Extra", "part", "4", "/", "4"] in below
    assert "Bonus" not in shown(without)


def test_a_loss_shows_its_first_reason():
    """A problem that loses points shows the reason of its first lost test and how many more there are."""
    lost = [
        result(name="test_one", outcome=Outcome.FAILED, message="is wrong", expected="5.0", actual="6.0"),
        result(name="test_two", outcome=Outcome.ERROR, message="TypeError: no\n  File x"),
        result(name="test_three"),
    ]

    text = shown(report(*lost))

    assert words(text, "Addition") == [
        "\N{CIRCLE WITH LEFT HALF BLACK}",
        "Addition",
        "1",
        "/",
        "3",
        "1/3",
        "tests",
    ]
    assert words(text, "is wrong") == ["is", "wrong"]
    assert words(text, "expected") == ["expected", "5.0"]
    assert words(text, "got") == ["got", "6.0"]
    assert "    cost      2 of 3 points by 2 tests; handout, section 2.1" in text


def test_the_next_step_is_named():
    """The lines under the table name the problem to work on, its section, its hint and its command."""
    text = shown(report(result("TestTaking", "test_takes", Outcome.FAILED, message="no")))

    assert "Next: Subtraction (handout, section 2.2). Take them away." in text
    assert "  uv run pytest -k TestTaking" in text.partition("Next:")[2].splitlines()


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


def test_unwritten_work_is_one_line_for_each_part():
    """A part without any code has one line; a part that is begun says how many problems are left."""
    stubs = [result(outcome=Outcome.NOT_WRITTEN), result("TestRoots", "test_root", Outcome.NOT_WRITTEN)]

    begun, untouched = (
        shown(report(*stubs, *more)).splitlines()
        for more in ([], [result("TestTaking", "test_takes", Outcome.NOT_WRITTEN)])
    )

    assert [" ".join(line.split()) for line in untouched if "part" in line] == [
        "\N{MIDDLE DOT} First part 0 / 5 not started",
        "\N{MIDDLE DOT} Extra part 0 / 4 not started",
    ]
    assert any("First part (1 not started)" in line for line in begun)
    assert not any(line.strip().startswith(("Addition", "Roots")) for line in [*begun, *untouched])


def test_the_template_fits_one_screen():
    """The report of an untouched project has at most 24 lines."""
    rubric = parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8"))
    expected = {problem.tests: ["test_it"] for problem in rubric.problems}
    stubs = [result(group, "test_it", Outcome.NOT_WRITTEN) for group in expected]

    text = shown(report(score=score(rubric, expected, stubs)), width=80)

    assert len(text.splitlines()) <= 24


def test_a_problem_that_waits_points_to_the_earlier_one():
    """A problem that fails because of an earlier one names it, and repeats no reason."""
    rubric = parse_rubric(
        "title: Sums\nsuite: cases\nparts:\n- id: one\n  title: One\n  problems:\n"
        "  - {id: a, title: Adding, points: 2, tests: TestA}\n"
        "  - {id: b, title: Doubling, points: 2, tests: TestB, needs: [a]}\n"
    )
    lost = [result(group, "test_it", Outcome.FAILED, message="no") for group in ("TestA", "TestB")]
    graded = report(score=score(rubric, {"TestA": ["test_it"], "TestB": ["test_it"]}, lost))

    lines = [line.strip() for line in shown(graded).splitlines()]

    doubling = next(number for number, line in enumerate(lines) if "Doubling" in line)
    assert lines[doubling + 1] == "waits for Adding"
    assert not lines[doubling + 2]
    assert lines.count("no") == 1


def test_a_crash_names_the_line_of_the_traceback():
    """The innermost line of the student's own traceback stands below the reason."""
    message = 'KeyError: 1\n  File "a.py", line 3, in f\n    g()\n  File "engine.py", line 41, in g\n    x'

    text = shown(report(result(outcome=Outcome.ERROR, message=message)))

    assert words(text, "where") == ["where", "engine.py,", "line", "41"]
