"""The results of a run: one for each test, in the order of the suite, with events as they come."""

import textwrap

import pytest

from grader.core.scoring import Outcome
from tests.grader.support.small_suite import RIGHT, add_setting
from tests.grader.support.suite_runs import outcomes, output

pytestmark = pytest.mark.slow

REPORTING = """
from grader.boundary.call_progress import progress

def one():
    progress.report(epoch=1, epochs=3)
    return 1
"""


def noting(names):
    """Return a listener that notes the names of the tests in `names`, in the order in which they end."""
    return lambda kind, content: names.append(content.name) if kind == "result" else None


def test_right_answers_pass(grade):
    """Every test has a result, in the order of the suite, with its sentence and its time."""
    outcome = grade(RIGHT)

    assert [(result.group, result.name) for result in outcome.results] == [
        ("TestFirst", "test_one"),
        ("TestFirst", "test_two"),
        ("TestSecond", "test_three"),
    ]
    assert outcome.expected == {"TestFirst": ["test_one", "test_two"], "TestSecond": ["test_three"]}
    assert outcomes(outcome) == [Outcome.PASSED] * 3
    assert outcome.results[0].description == "One is asked for."
    assert outcome.results[0].seconds > 0
    assert (outcome.unloadable, output(outcome), list(outcome.notes)) == (None, "", [])


def test_the_suites_own_modules_are_no_part_of_a_submission(grade):
    """A submission that computes by a module of the suite's folder cannot be imported."""
    outcome = grade("from cases.answers import *", ships={"cases/answers.py": RIGHT.encode()})

    assert outcomes(outcome) == [Outcome.ERROR] * 3
    assert "line 1 imports cases" in outcome.unloadable


def test_events_tell_of_progress(grade):
    """Each result is reported as it comes."""
    events = []

    grade(RIGHT, listen=lambda kind, content: events.append((kind, content)))

    assert [kind for kind, _ in events] == ["result"] * 3
    assert events[0][1].name == "test_one"


def test_the_second_stage_comes_last_in_a_process_of_its_own(root, grade):
    """Its classes run after all others, in a fresh process, with an event before them."""
    add_setting(root, "second_stage: [TestFirst]")
    source = f"import os\n{RIGHT}".replace("return", "print(os.getpid()); return")
    events = []

    outcome = grade(source, listen=lambda kind, _content: events.append(kind))

    assert events == ["result", "stage", "result", "result"]
    assert [result.name for result in outcome.results] == ["test_three", "test_one", "test_two"]
    first, second, third = output(outcome).split()
    assert first != second == third


def test_tests_run_in_an_order_that_the_seed_draws(grade):
    """Tests run in another order under another seed; the outcome has them in the suite's."""
    started = {seed: [] for seed in range(8)}

    told = [
        [result.name for result in grade(RIGHT, listen=noting(started[seed]), seed=seed).results]
        for seed in started
    ]

    assert len({tuple(names) for names in started.values()}) > 1
    assert told == [["test_one", "test_two", "test_three"]] * len(started)


def test_a_drawn_order_sets_up_each_shared_fixture_once(grade):
    """Tests of a class and of a module stay together, so a fixture of theirs serves all of them."""
    cases = """
        made = []

        @pytest.fixture(scope="class")
        def of_the_class(request):
            made.append(request.node.nodeid)

        @pytest.fixture(scope="module")
        def of_the_module(request):
            made.append(request.node.nodeid)

        @pytest.mark.usefixtures("of_the_class", "of_the_module")
        class Shared:
            @pytest.mark.parametrize("number", range(5))
            def test_made_once(self, number):
                assert len(made) == len(set(made))

        class TestA(Shared): pass
        class TestB(Shared): pass
        class TestC(Shared): pass
    """

    assert outcomes(grade(RIGHT, textwrap.dedent(cases), seed=1)) == [Outcome.PASSED] * 15


def test_classes_can_be_left_out(grade):
    """Tests of classes that are left out are neither expected nor run."""
    outcome = grade(RIGHT, left_out=["TestFirst"])

    assert outcome.expected == {"TestSecond": ["test_three"]}
    assert outcomes(outcome) == [Outcome.PASSED]


def test_progress_of_a_long_call_is_an_event(grade):
    """Progress from a module beside the submission, while a call is open, reaches the listener of the run."""
    events = []

    grade(REPORTING, listen=lambda kind, content: events.append((kind, content)))

    told = [content for kind, content in events if kind == "progress"]
    assert told == [{"group": "TestFirst", "numbers": {"epoch": 1, "epochs": 3}}]


def test_an_error_in_the_last_call_loses_the_test(grade):
    """A test that asks for nothing after its last call is lost if that call raises."""
    outcome = grade(
        "def tell():\n    raise ValueError('late')\n",
        "class TestA:\n    def test_a(self):\n        adapters.tell()\n",
    )

    assert outcomes(outcome) == [Outcome.ERROR]
    assert outcome.results[0].message.startswith("ValueError: late\n")


@pytest.mark.parametrize(
    ("case", "ending"),
    [
        ("pytest.skip('why')", Outcome.FAILED),
        ("pytest.xfail('why')", Outcome.FAILED),
        ("assert adapters.one() == 2", Outcome.FAILED),
        ("adapters.one() + ''", Outcome.ERROR),
        ("__import__('numpy').float64(1e308) * 10", Outcome.PASSED),  # a warning is about no test
        ("pass", Outcome.PASSED),
    ],
)
def test_how_a_test_ends_decides(grade, case, ending):
    """Skipped counts as failed, as does a warning about numbers, which is an error on a student's machine."""
    outcome = grade(RIGHT, f"class TestA:\n    def test_a(self):\n        {case}\n")

    assert outcomes(outcome) == [ending]


def test_a_parametrised_test_gets_its_arguments(grade):
    """Arguments reach the test and the fixtures that ask for them; those of a fixture go to the fixture."""
    cases = textwrap.dedent("""
        @pytest.fixture
        def doubled(number):
            return 2 * number

        @pytest.fixture
        def named(request):
            return f"name {request.param}"

        @pytest.mark.parametrize("named", ["x"], indirect=True)
        @pytest.mark.parametrize("number, other", [(1, 2)])
        class TestA:
            def test_a(self, doubled, named, number, other):
                assert (doubled, named, number, other) == (2, "name x", adapters.one(), adapters.two())
    """)

    assert outcomes(grade(RIGHT, cases)) == [Outcome.PASSED]
