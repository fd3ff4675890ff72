"""Notes for staff about a run, and the output of the submission."""

import pytest

from grader.core.scoring import Outcome
from tests.grader.support.small_suite import RIGHT
from tests.grader.support.suite_runs import outcomes, output, replaced

pytestmark = pytest.mark.slow

DOUBLING = """
@pytest.fixture
def worked_example(request):
    return lambda: request.node.user_properties.append(("worked_example", "passed"))

class TestDouble:
    @pytest.mark.parametrize("number", range(3, 9))
    def test_double(self, worked_example, number):
        assert adapters.double(2) == 4
        worked_example()
        assert adapters.double(number) == 2 * number
"""


def test_a_breach_is_noted_for_staff(grade):
    """Bytes that are no frame lose the test, with a note for staff; the next test has a fresh process."""
    outcome = grade(replaced("two", "os.write(int(sys.argv[1]), bytes(range(100, 200)))", "return 2"))

    assert outcomes(outcome) == [Outcome.PASSED, Outcome.ERROR, Outcome.PASSED]
    assert outcome.results[1].message.startswith("the submission broke the protocol")
    assert len(outcome.notes) == 1


def test_staff_read_of_stored_answers(grade):
    """Answers that are right for every example and for no drawn number are noted; staff alone read it."""
    outcome = grade("def double(number):\n    return 4\n", DOUBLING)

    assert outcomes(outcome) == [Outcome.FAILED] * 6
    assert [note.partition(":")[0] for note in outcome.staff_notes] == ["Stored answers are likely"]
    assert not outcome.notes


@pytest.mark.parametrize("body", ["2 * number", "number ** 2 if number < 6 else 2 * number", "7", "1 / 0"])
def test_staff_read_nothing_of_honest_mistakes(grade, body):
    """A right submission, and wrong ones that compute, get no note."""
    assert not grade(f"def double(number):\n    return {body}\n", DOUBLING).staff_notes


def test_staff_read_of_a_stranger_at_the_students_end(grade):
    """A submission that answers in place of the grader's own code in its process is noted."""
    stranger = "import sys\nsys.modules['__main__'].OPERATORS['add'] = lambda a, b: 7\n"

    outcome = grade(stranger + RIGHT)

    assert outcomes(outcome) == [Outcome.PASSED] * 3
    assert len(outcome.staff_notes) == 1
    assert "in place of the grader's own code" in outcome.staff_notes[0]


def test_a_breach_in_every_test_is_one_note(grade):
    """Staff read a note once, with the number of times."""
    breach = "os.write(int(sys.argv[1]), bytes(range(100, 200)))"

    adapters = (f"def {name}():\n    {breach}\n" for name in ("one", "two", "three"))
    outcome = grade("import os, sys\n" + "".join(adapters))

    assert outcomes(outcome) == [Outcome.ERROR] * 3
    assert len(outcome.notes) == 1
    assert outcome.notes[0].endswith("(3 times).")


def test_output_of_all_processes_is_kept_up_to_the_limit(grade):
    """Output before and after a crash is kept in order, and bytes beyond the limit are counted."""
    source = replaced("one", "print('first'); print('error', file=sys.stderr); os._exit(1)")
    source += "\ndef two():\n    print('second')\n    return 2\n"
    source += "\ndef three():\n    print('x' * 5_000)\n    return 3\n"

    outcome = grade(source)

    printed = output(outcome)
    assert printed.startswith("first\nerror\nsecond\nxxx")
    assert len(printed) < 1_200
    dropped = len("first\nerror\nsecond\n") + 5_001 - 1_024
    assert printed.endswith(f"\n[{dropped} more bytes were printed and not kept]")


def test_output_is_clean_text(grade):
    """Bytes that are no text, terminal escapes and control characters do not get into a report."""
    outcome = grade(replaced("one", r"os.write(1, b'\xff\x1b[31mred\x00\x07'); return 1"))

    assert "red" in output(outcome)
    assert output(outcome).isprintable()
