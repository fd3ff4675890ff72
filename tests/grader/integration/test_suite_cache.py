"""The suite cache: all gradings share the prepared suite, and a changed suite is prepared again."""

import threading
from contextlib import closing
from fractions import Fraction

import pytest

from grader.core.submission import Submission
from grader.pipeline import Grader
from grader.sandbox.forking import JAIL
from grader.sandbox.process import PROCESS
from grader.suite.cache import SuiteCache
from tests.assignment.samples import ROOT, load_sample

RUBRIC = """
title: Small
suite: cases
policy: proportional
total: 2
parts:
  - {id: only, title: Only, problems: [
      {id: answer, section: "1", points: 2, tests: TestAnswer, title: Answer, hint: "Think."}]}
"""
MANIFEST = "limits: {test_seconds: 10, run_seconds: 60, memory_mebibytes: 1024, output_kibibytes: 1}\n"
CONFTEST = "def pytest_addoption(parser):\n    parser.addoption('--seed', type=int, default=0)\n"
CASES = """
from cases.expected import ANSWER
from tests import adapters

class TestAnswer:
    def test_answer(self):
        '''The answer is asked for.'''
        assert adapters.answer() == ANSWER
"""


@pytest.fixture
def root(tmp_path):
    """Return the folder of an assignment with one test, whose value stands in a module beside it."""
    for name, text in {
        "rubric.yaml": RUBRIC,
        "cases/suite.yaml": MANIFEST,
        "cases/conftest.py": CONFTEST,
        "cases/__init__.py": "",
        "cases/expected.py": "ANSWER = 42\n",
        "cases/test_cases.py": CASES,
        "tests/__init__.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def grader(root):
    """Return a grader of that assignment."""
    with closing(Grader(root, [JAIL])) as grader:
        yield grader


def answering(number):
    """Return a submission whose answer is `number`."""
    return handed_in({"tests/adapters.py": f"def answer():\n    return {number}\n".encode()})


def handed_in(files):
    """Return a submission of `files`."""
    return Submission("0" * 64, files)


def test_two_submissions_are_graded_by_the_same_processes(root):
    """The second submission uses the suite that the first one prepared."""
    with closing(SuiteCache(root, [JAIL])) as suite_cache:
        with suite_cache.use() as first:
            pass
        with suite_cache.use() as second:
            pass

    assert first is second


def test_a_changed_suite_is_read_again(root, grader):
    """A module of the suite that changes, wherever it lies, decides from the next submission on."""
    before = grader.grade(answering(42), seed=0)
    (root / "cases" / "expected.py").write_text("ANSWER = 12345\n")

    after = [grader.grade(answering(number), seed=0).score.score for number in (42, 12345)]

    assert before.score.score == 2
    assert after == [0, 2]


def test_what_is_in_use_outlives_a_change(root):
    """A grading during a change of the suite goes on with the old suite, which then ends."""
    with closing(SuiteCache(root, [JAIL])) as suite_cache:
        with suite_cache.use() as old:
            (root / "cases" / "expected.py").write_text("ANSWER = 12345\n")
            with suite_cache.use() as new:
                assert new is not old
            assert old.suite.is_alive()

        assert not old.suite.is_alive()
        assert new.suite.is_alive()


def test_a_suite_process_that_was_killed_is_started_again(root):
    """A lost suite's process costs whoever was using it; the next one finds another."""
    with closing(SuiteCache(root, [JAIL])) as suite_cache:
        with suite_cache.use() as lost:
            lost.suite._process.kill()  # noqa: SLF001 - as the kernel does when memory is short
            lost.suite._process.wait()  # noqa: SLF001

        with suite_cache.use() as prepared:
            assert prepared.suite.is_alive()


def test_submissions_are_graded_side_by_side(grader):
    """Threads share the grader, and each gets the verdict on its own submission."""
    scores = {}

    def grade(number):
        scores[number] = grader.grade(answering(number), seed=0).score.score

    threads = [threading.Thread(target=grade, args=[number]) for number in range(38, 46)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert scores == {number: Fraction(2 if number == 42 else 0) for number in range(38, 46)}


def test_the_first_stage_is_reported_before_the_second(root):
    """Points of all that is done are told when only the second stage is still to come."""
    text = RUBRIC + (
        "bonus:\n  - {id: later, title: Later, problems: [\n"
        '      {id: late, section: "2", points: 1, tests: TestLate, title: Late, hint: "Wait."}]}\n'
    )
    (root / "rubric.yaml").write_text(text)
    (root / "cases" / "suite.yaml").write_text(f"{MANIFEST}second_stage: [TestLate]\n")
    with (root / "cases" / "test_cases.py").open("a") as cases:
        cases.write("\nclass TestLate:\n    def test_late(self):\n        assert adapters.answer() == 42\n")
    told = []

    with closing(Grader(root, [PROCESS])) as grader:
        report = grader.grade(answering(42), 0, lambda kind, content: told.append((kind, content)))

    first = dict(told)["stage"]
    assert [kind for kind, _ in told] == ["collected", "result", "stage", "result"]
    assert (first.score.score, first.score.bonus, first.score.max_bonus) == (2, 0, 0)
    assert (report.score.score, report.score.bonus, report.score.max_bonus) == (2, 1, 1)


@pytest.mark.slow
def test_the_reference_gets_full_points_in_the_jail_with_its_training_data():
    """MNIST training reads the training split that is shown to it, and the test images are ours."""
    sample = load_sample(ROOT / "tests" / "assignment" / "submissions" / "perfect")

    with closing(Grader(ROOT, [JAIL])) as grader:
        report = grader.grade(handed_in(sample.files), seed=1)

    assert (report.score.score, report.score.bonus) == (104, report.score.max_bonus)
    assert report.runner == "jail"
