"""Places of known mistakes: a traced run of the suite names the wrong line or function, and never another."""

from contextlib import closing

import pytest

from grader.core.localise import locate
from grader.core.rubric import parse_rubric
from grader.core.submission import Submission
from grader.proof.catalogue import load_catalogue
from grader.proof.prover import plant_mistake
from grader.sandbox.forking import JAIL
from grader.suite.cache import SuiteCache
from grader.suite.run import ignore
from grader.suite.traces import trace
from tests.assignment.gradings import MNIST
from tests.assignment.samples import FOLDER, ROOT, base_files, load_sample

pytestmark = pytest.mark.slow

RULES, ENGINE, NN = "smulgrad/rules.py", "smulgrad/engine.py", "smulgrad/nn.py"
MISTAKES = {  # of tests/assignment/mistakes: file and function, or None where the line itself is named
    "5 - a is computed as a - 5.": (ENGINE, None),
    "a - b is computed as b - a.": (ENGINE, "Value.__sub__"),
    "A power changes its operand.": (ENGINE, "Value.__pow__"),
    "Subtraction gives the first operand the negative gradient.": (RULES, None),
    "The sweep starts with the output's number instead of 1.": (ENGINE, "Value._ones_like"),
    "relu forgets its operand.": (ENGINE, "Value.relu"),
    "exp is a power of 2 instead of e.": (ENGINE, "Value.exp"),
    "The derivative of exp is its input.": (RULES, None),
    "The derivative of tanh is that of the sigmoid, t * (1 - t).": (RULES, None),
    "8 / a of Tensors is computed as a / 8.": (ENGINE, None),
    "The mean is the sum.": (ENGINE, "Tensor.mean"),
    "The gradient of transpose is reshaped instead of transposed.": (RULES, None),
    "The gradient of the cross-entropy is targets minus softmax.": (NN, None),
}
UNKNOWN = [  # samples whose mistake shows in tests that run the same lines as passing ones, or in adapters
    "max_ties_not_split",
    "softmax_without_shift",
    "agreeable_numbers",
    "lists_for_arrays",
]


@pytest.fixture(scope="module")
def prepared():
    """Return the suite of the assignment, ready to run."""
    with closing(SuiteCache(ROOT, [JAIL])) as cache, cache.use() as ready:
        yield ready


def suspects(prepared, files):
    """Return the suspects of a traced run on `files`."""
    traces = trace(prepared, Submission("ab" * 32, files), 1, MNIST, ignore)
    return set(locate(traces).values())


def changed_lines(before, after):
    """Return the numbers of the lines of `after` that are not those of `before`, by position."""
    old = before.decode().splitlines()
    new = after.decode().splitlines()
    return {number for number, line in enumerate(new, start=1) if line not in old}


@pytest.mark.parametrize("wrong", MISTAKES)
def test_a_known_mistake_is_placed(prepared, wrong):
    """The one suspect is the function with the mistake, or lines with the wrong one among them."""
    base = base_files("reference")
    rubric = parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8"))
    (mistake,) = [each for each in load_catalogue(ROOT, rubric).mistakes if each.wrong == wrong]
    changed, _ = plant_mistake(mistake, base)
    file, function = MISTAKES[wrong]

    (suspect,) = suspects(prepared, {**base, **changed})

    assert suspect.file == file
    if function is None:
        assert set(suspect.lines) & changed_lines(base[file], changed[file])
    else:
        assert (suspect.function, suspect.lines) == (function, ())


@pytest.mark.parametrize("name", UNKNOWN)
def test_without_evidence_nothing_is_named(prepared, name):
    """Where passing tests ran the same lines as often, there is no suspect."""
    assert suspects(prepared, load_sample(FOLDER / name).files) == set()


def test_a_right_solution_has_no_suspect(prepared):
    """All tests pass, so there is nothing to explain."""
    assert suspects(prepared, base_files("reference")) == set()
