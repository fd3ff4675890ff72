"""The card of a failure: the sentence, the cost, input, expected and got, the student's line, the hint."""

from grader.core.place import Evidence, Place
from grader.core.scoring import Outcome, score
from grader.render.html import environment, render_html, report_values
from tests.grader.support.page import Page, page
from tests.grader.support.reports import PASSED, RUBRIC, report, result

FAILED, ERROR = Outcome.FAILED, Outcome.ERROR


def test_a_lost_test():
    """A failed test shows its check, the event, its cost, and its hint."""
    lost = result(
        outcome=FAILED,
        description="The sum is right.",
        message="the number is wrong\nmore",
        hint="Carry the one.",
    )

    words = page(lost, result(name="b"), result(name="c")).words

    assert "[x] failed The sum is right. test_adds -1.00 point the number is wrong" in words
    assert (
        "More more Hint [lightbulb] Carry the one. uv run pytest -k TestAdding Handout, section 2.1" in words
    )
    assert "2 passed tests" in words


def test_a_long_message():
    """A first line of any length stays readable: it is cut, and whole in the details."""
    words = page(result(outcome=FAILED, message="x" * 400)).words

    assert f" {'x' * 300} … uv run pytest -k TestAdding Handout, section 2.1 Details {'x' * 400} " in words


def test_one_reason():
    """Tests that were lost for one reason are told together, each sentence once."""
    same = {"outcome": ERROR, "message": 'NameError: x\n  File "a.py", line 1'}
    lost = [result(name=f"test[{i}]", description="It adds.", **same) for i in range(2)]

    words = page(*lost, result(name="other", description="It adds up.", **same)).words

    assert "[octagon-alert] crashed It adds. 3 tests, one reason -3.00 points NameError: x" in words
    assert "The 3 tests test[0] test[1] other" in words
    assert words.count("NameError") == 1
    assert "Traceback File" in words


def test_two_reasons():
    """Tests that were lost for different reasons are told apart."""
    lost = [result(name=str(i), outcome=FAILED, message="wrong", expected="0", actual=str(i)) for i in (1, 2)]

    words = page(*lost).words

    assert "[x] failed 1 -1.50 points wrong Expected 0 Got 1" in words
    assert "1 more reason [x] failed 2 -1.50 points wrong Expected 0 Got 2" in words
    assert "one reason" not in words


def test_comparison():
    """Expected and actual stand one above the other, their first difference marked."""
    source = render_html(
        report(result(outcome=FAILED, message="wrong", expected="[1. 2.]", actual="[1. 3.]"))
    )

    assert '<dt>Expected</dt><dd><pre class="comparison">[1. <mark class="ok">2.</mark>]</pre>' in source
    assert '<dt>Got</dt><dd><pre class="comparison">[1. <mark>3.</mark>]</pre>' in source
    assert "All numbers" not in source


def test_long_comparison():
    """Of values with many lines the page shows those around the difference; the others are folded."""
    rows = [f" [{row}]" for row in range(20)]
    expected, actual = ("\n".join([*rows[:10], f" [{wrong}]", *rows[10:]]) for wrong in ("x", "y"))

    source = render_html(report(result(outcome=FAILED, message="wrong", expected=expected, actual=actual)))

    shown = '<pre class="comparison">…\n [8]\n [9]\n [<mark>y</mark>]\n [10]\n [11]\n…</pre>'
    assert shown in source
    assert source.index(shown) < source.index("All numbers") < source.index(" [19]")


def test_nothing_ran():
    """Tests without a result are told as not run, together."""
    scored = score(RUBRIC, {one.group: [one.name, "b"] for one in PASSED}, [])

    words = page(score=scored).words

    assert "[circle-slash] not run test_adds 2 tests, one reason -3.00 points This test did not run" in words


def test_the_line_of_the_student():
    """A card names the student's line and leads to it; without evidence it has no such row."""
    place = Place("engine.py", 142, 142, "add", 140, "self.grad = out.grad", Evidence.RAN)
    lost = report(
        result(outcome=FAILED, message="wrong"), result(name="other", outcome=FAILED, message="bad")
    )
    values = report_values(lost, code_path="/code", places={("TestAdding", "test_adds"): place})

    found = Page(environment().get_template("report.html.j2").render(values))

    assert "Your line engine.py:142 self.grad = out.grad The failing tests ran this line" in found.words
    assert found.words.count("Your line") == 1
    assert "/code?file=engine.py#L142" in found.attributes("href", "a")
    assert "Your line" not in page(result(outcome=FAILED)).words


def test_the_input_of_a_card():
    """Lines that name values are the input; other lines of the message follow the values."""
    message = "the gradient is wrong\na = 3\nb = 4\nsmallest expression: a * b\n  a = 3"

    words = page(result(outcome=FAILED, message=message, expected="4", actual="3")).words

    assert "Input a = 3 b = 4 Expected 4 Got 3 More smallest expression: a * b a = 3" in words
