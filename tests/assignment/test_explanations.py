"""Explanations: a failed test names the fault and the mistake in words, in grading as on a laptop."""

import re
import subprocess
import sys
from collections import Counter
from contextlib import closing

import pytest

from grader.core.scoring import Outcome
from grader.sandbox.forking import JAIL
from grader.suite.cache import SuiteCache
from grader.suite.messages import SuiteJob
from tests.assignment.samples import FOLDER, ROOT, load_sample

pytestmark = pytest.mark.slow

CAUSES = {  # of samples with one mistake: its key
    "factors_by_themselves": "own_factor",
    "exponent_not_lowered": "exponent_not_lowered",
    "chain_rule_forgotten": "upstream_ignored",
    "derivatives_at_the_wrong_end": "derivative_at_the_wrong_end",
    "relu_slope_at_zero": "relu_slope_at_zero",
    "no_unbroadcast": "not_summed_over_broadcast",
    "mean_over_everything": "mean_over_everything",
    "max_ties_not_split": "ties_not_shared",
    "matrices_in_wrong_order": "matrices_swapped",
}
NAMED, FALSE = 0.7, 0.05  # of all losses of these: at least, and at most
LATER = "TestMNISTTraining", "TestMNISTAccuracy"


@pytest.fixture(scope="module")
def suite_cache():
    """Return the assignment with everything prepared."""
    with closing(SuiteCache(ROOT, [JAIL])) as suite_cache:
        yield suite_cache


@pytest.fixture(scope="module")
def graded(suite_cache):
    """Return a function that grades a sample and returns its losses; each sample is graded once."""
    known = {}

    def losses(name):
        if name not in known:
            with suite_cache.use() as prepared:
                job = SuiteJob(load_sample(FOLDER / name).files, seed=0, left_out=LATER)
                results = prepared.suite.run(job, prepared.runner).results
            known[name] = [each for each in results if each.outcome is not Outcome.PASSED]
        return known[name]

    return losses


@pytest.mark.parametrize("name", CAUSES)
def test_the_mistake_of_a_sample_is_named(graded, name):
    """Most losses by one mistake have its key, and few have another one."""
    key = CAUSES[name]
    losses = [loss for loss in graded(name) if not loss.name.startswith("test_backward_costs")]

    causes = Counter(loss.cause for loss in losses if "Conv" not in loss.group)

    assert causes.most_common(1)[0][0] == key, causes


def test_most_mistakes_are_named_and_few_falsely(graded):
    """Over these samples, most losses are explained by the true mistake and few by another."""
    right = false = 0
    for name, key in CAUSES.items():
        causes = [loss.cause for loss in graded(name) if is_about_gradients(loss)]
        right += causes.count(key) / len(causes)
        false += sum(cause not in {"", key} for cause in causes) / len(causes)

    assert right / len(CAUSES) >= NAMED
    assert false / len(CAUSES) <= FALSE


def is_about_gradients(loss):
    """Tell whether a tape can hold a test; it cannot hold a convolution or a large cost test."""
    return "Conv" not in loss.group and "costs" not in loss.name


def test_a_loss_names_variable_expression_and_inputs(graded):
    """The first line has the variable and the expression, the next ones the inputs, then a smallest piece."""
    losses = {loss.name: loss for loss in graded("factors_by_themselves")}

    lines = losses["test_each_factor_gets_the_gradient_times_the_other"].message.splitlines()

    assert re.match(r"the gradient of a in a \* b is wrong: the number should be \S+, not \S+$", lines[0])
    assert [line.partition(" = ")[0] for line in lines[1:4]] == ["a", "b", "c.grad"]


def test_a_problem_has_one_smallest_piece(graded):
    """One loss of a problem shows the smallest expression that disagrees, in words and for a drawing."""
    pieces = [loss for loss in graded("factors_by_themselves") if "piece" in loss.properties]

    assert len({loss.group for loss in pieces}) == len(pieces) > 3
    assert all("smallest expression that disagrees: " in loss.message for loss in pieces)
    assert all("by backward" in loss.message for loss in pieces)


def test_no_message_says_only_that_a_number_is_wrong(graded):
    """The message of every failed test has the numbers or the shapes."""
    messages = [loss.message for name in CAUSES for loss in graded(name) if loss.outcome is Outcome.FAILED]

    assert not [each for each in messages if "wrong" in each and not re.search(r"[0-9]", each)]
    assert not [each for each in messages if "gufunc signature" in each]


LABELS = ["input", "expected", "got", "hint", "again"]


def run_pytest(submission, selection):
    """Return the output of a local run of the selected cases."""
    options = ["-k", selection, "--seed=0", f"--submission={submission}", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "tests/cases", "-n0", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout


def test_a_laptop_shows_what_grading_tells(graded, tmp_path):
    """A local run with the same seed has the very message, values and hint of a report."""
    name = "exponent_not_lowered"
    load_sample(FOLDER / name).write(tmp_path)
    told = [loss for loss in graded(name) if loss.group == "TestTensorBackward" and loss.cause]

    told_here = " ".join(run_pytest(tmp_path, "TestTensorBackward").split())

    for loss in told:
        assert loss.message.splitlines()[0] in told_here
        assert f" hint {loss.hint}" in told_here
    assert told


def test_a_failure_on_a_laptop_has_ten_lines(tmp_path, monkeypatch):
    """Each failure fits ten lines of 80 columns with its command; the same mistake is explained once."""
    monkeypatch.setenv("COLUMNS", "80")
    load_sample(FOLDER / "no_unbroadcast").write(tmp_path)

    told = run_pytest(tmp_path, "TestTensorBroadcast")

    shown = told.partition(" FAILURES ")[2].partition("\n====")[0]
    first, *others = [part.strip("\n").split("\n") for part in re.split(r"\n_+ Test\S+ _+\n", shown)[1:]]
    assert [line[:9].strip() for line in first if line[:9].strip() in LABELS] == LABELS
    assert "again     uv run pytest -k" in "\n".join(first)
    assert len(others) == 11
    assert all(len(lines) <= 10 and max(map(len, lines)) <= 80 for lines in (first, *others))
    assert sum("the same mistake as in" in line for lines in others for line in lines) >= 8


def test_a_test_of_somebody_else_is_shown_by_pytest_itself(tmp_path):
    """A run may hold other tests than those of the suite: their failures look as ever."""
    (tmp_path / "test_mine.py").write_text("def test_mine():\n    assert [1] == [2]\n")
    command = [sys.executable, "-m", "pytest", "tests/cases", "-n0", str(tmp_path), "-k", "test_mine"]

    done = subprocess.run(
        [*command, "-p", "no:cacheprovider"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert "At index 0 diff: 1 != 2" in done.stdout


def test_a_test_on_a_laptop_has_the_time_limit_of_grading(tmp_path):
    """A submission that does not answer is stopped as in grading, with the same sentence."""
    load_sample(FOLDER / "perfect").write(tmp_path)
    adapters = tmp_path / "tests" / "adapters.py"
    adapters.write_text(f"{adapters.read_text()}\n\ndef run_add(a, b):\n    while True:\n        pass\n")

    told_here = run_pytest(tmp_path, "TestValueAdd and two_values")

    assert "stopped: no answer within 10 seconds" in told_here
