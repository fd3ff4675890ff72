"""Diagnosis: a failed test on a tape, the mistakes that explain its numbers, and the words for both."""

from types import SimpleNamespace

import numpy as np
import pytest

from tests.cases.checks import Mismatch
from tests.cases.diagnosis.composed import composed
from tests.cases.diagnosis.operations import FORWARD, TooLarge, derivatives
from tests.cases.diagnosis.recognise import Recogniser
from tests.cases.diagnosis.replay import Finding
from tests.cases.diagnosis.shapes import causes_of_error, in_words
from tests.cases.diagnosis.sweep import gradients
from tests.cases.diagnosis.tape import Tape
from tests.cases.diagnosis.wording import Words

SMALL = np.linspace(-1.1, 1.3, 6).reshape(2, 3)
ARRAYS = {"x": np.linspace(-1.1, 1.3, 12).reshape(3, 4), "y": np.array([2.1, 3.3, 2.7, 4.2])}
MULTIPLIED = (
    "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
    "(n?,k),(k,m?)->(n?,m?) (size 3 is different from 2)"
)
HOSTILE = [np.full((3, 4), np.nan), np.full((3, 4), np.inf), np.zeros((0, 4)), 1e308]


def graph(build, *, is_scalar=False, example=False):
    """Return a tape on which `build(x, y)` was computed and gone back through, with its leaves by name."""
    tape = Tape()
    tape.is_in_example = example
    arrays = {name: array.flat[0] for name, array in ARRAYS.items()} if is_scalar else ARRAYS
    leaves = {name: tape.leaf(array, is_scalar=is_scalar) for name, array in arrays.items()}
    build(**leaves).backward()
    return tape, leaves


def cause(build, actual, name="x", **options):
    """Return the key of the mistake that explains the gradient `actual(right, x, y)` of the leaf `name`."""
    tape, leaves = graph(build, **options)
    right = gradients(tape.events)[leaves[name]]
    found = actual(right, leaves["x"].array, leaves["y"].array)
    named = Recogniser().cause_of(Finding(leaves[name], "gradient", tape, {}), right, np.asarray(found))
    return named.key if named else ""


@pytest.mark.parametrize("operation", ["exp", "tanh", "relu", "neg", "softmax"])
def test_derivatives_are_those_of_central_differences(operation):
    """The derivatives of an operation, taken by complex steps, are those of its differences."""
    x = SMALL

    found = derivatives(operation, [x], {}, 0)

    for place in range(x.size):
        step = np.zeros(x.size)
        step[place] = 1e-6
        above, below = (FORWARD[operation](x + sign * step.reshape(x.shape)) for sign in (1, -1))
        np.testing.assert_allclose(found[:, place], ((above - below) / 2e-6).ravel(), atol=1e-6)


def test_a_large_operand_is_refused():
    """A graph whose derivatives would take long is not looked at."""
    with pytest.raises(TooLarge):
        derivatives("exp", [np.zeros(10_000)], {}, 0)


@pytest.mark.parametrize(
    ("build", "actual", "key"),
    [
        (lambda x, y: (x * y).sum(), lambda _, x, __: x, "own_factor"),
        (lambda x, y: (x**3) * y, lambda _, x, y: 3 * x**3 * y, "exponent_not_lowered"),
        (lambda x, y: x.exp() * y, lambda _, x, y: x * y, "derivative_at_the_wrong_end"),
        (lambda x, y: x.exp() * y, lambda _, x, __: np.exp(x), "upstream_ignored"),
        (lambda x, y: x.tanh() * y, lambda _, x, y: (1 - np.tanh(x)) * y, "square_missing"),
        (lambda x, y: (y - x) * 2, lambda right, *_: -right, "wrong_sign"),
        (lambda x, y: x * x + y, lambda right, *_: right / 2, "gradient_overwritten"),
        (lambda x, y: x.mean(axis=1) * 3 + y.sum(), lambda right, *_: right / 3, "mean_over_everything"),
        (lambda x, y: x / y, lambda right, *_: 0 * right, "gradient_missing"),
    ],
)
def test_a_mistake_is_named_by_its_numbers(build, actual, key):
    """The result of an engine with one mistake is recognised as that mistake."""
    assert cause(build, actual) == key


def test_numbers_that_no_mistake_explains_have_no_cause():
    """A gradient that is just wrong is not given a cause."""
    assert not cause(lambda x, y: x.exp() * y, lambda right, *_: right * 1.2345 + 0.1)


def test_an_example_of_small_numbers_proves_nothing():
    """Where several mistakes explain the numbers of a worked example, none is named."""
    values = {"is_scalar": True, "example": True}

    assert not cause(lambda x, y: x + y, lambda right, *_: 0 * right, **values)


def test_the_mistake_that_explains_most_is_named():
    """Of two explanations of one failure the one that explained more failures before is named."""
    recogniser = Recogniser()
    tape, leaves = graph(lambda x, y: x.relu() + y)
    right = gradients(tape.events)[leaves["x"]]
    finding = Finding(leaves["x"], "gradient", tape, {})
    alone = recogniser.cause_of(finding, right, np.ones_like(right)).key

    for _ in range(3):
        recogniser.best_of([SimpleNamespace(key="derivative_ignored")])
    after = recogniser.cause_of(finding, right, np.ones_like(right)).key

    assert (alone, after) == ("relu_passes_everything", "derivative_ignored")


def test_graphs_beside_the_wrong_one_do_not_matter():
    """A mistake is recognised among more graphs than could all be looked at."""
    tape = Tape()
    leaves = [tape.leaf(0.5 + number / 500, is_scalar=True) for number in range(250)]
    for leaf in leaves:
        leaf.tanh().backward()
    wrong = leaves[100]
    right = gradients(tape.events)[wrong]

    named = Recogniser().cause_of(Finding(wrong, "gradient", tape, {}), right, 1 - np.tanh(wrong.array))

    assert named.key == "square_missing"


def test_a_mistake_on_a_long_chain_is_recognised():
    """A graph deeper than Python's stack is looked at like any other."""
    tape = Tape()
    x = tape.leaf(0.5, is_scalar=True)
    node = x
    for _ in range(1_500):
        node = node + 0.001
    node.backward()
    right = gradients(tape.events)[x]

    named = Recogniser().cause_of(Finding(x, "gradient", tape, {}), right, 0 * right)

    assert named.key == "gradient_stops"


def test_a_single_wrong_operation_rules_out_the_order_of_the_sweep():
    """Where an operation alone has the wrong gradient, no gradient is missing for the sake of the order."""
    tape, leaves = graph(lambda x, y: (x * y).tanh())
    right = gradients(tape.events)[leaves["x"]]
    finding = Finding(leaves["x"], "gradient", tape, {})

    keys = [
        Recogniser().cause_of(finding, right, 0 * right, is_of_one_operation=is_one).key
        for is_one in (False, True)
    ]

    assert keys == ["gradient_stops", "gradient_missing"]


def test_an_engine_that_composes_its_operations_is_understood():
    """A tape of quotients and differences has the same gradients as one of products, powers and sums."""
    tape, leaves = graph(lambda x, y: -x / y - y)

    other, known = composed(tape)

    assert {node.operation for node in other.nodes} <= {"", "+", "*", "**"}
    for leaf in leaves.values():
        np.testing.assert_allclose(gradients(other.events)[known[leaf]], gradients(tape.events)[leaf])


@pytest.mark.parametrize(
    "hostile", [np.full((3, 4), np.nan), np.full((3, 4), np.inf), np.zeros((0, 4)), 1e308]
)
def test_hostile_numbers_name_no_wrong_mistake(hostile):
    """Numbers that are not finite, too large or of another shape are survived."""
    assert cause(lambda x, y: x * y, lambda *_: hostile) in {"", "not_finite"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "operands could not be broadcast together with shapes (3,4) (4,3) ",
            "numpy cannot combine arrays of the shapes (3, 4) and (4, 3)",
        ),
        (
            MULTIPLIED,
            "these matrices cannot be multiplied: the first has 2 columns, the second has 3 rows",
        ),
        (
            "cannot reshape array of size 24 into shape (3,4,1)",
            "an array of 24 numbers cannot take the shape",
        ),
        ("math domain error", None),
    ],
)
def test_errors_of_numpy_become_words(text, words):
    """A message about shapes names them and the operation; another message is left alone."""
    found = in_words(text)

    assert found is None if words is None else found.startswith(words)


def test_the_mistakes_that_raise_the_same_error_are_found():
    """Two mistakes in the gradients of X @ W multiply matrices of the same wrong shapes."""
    tape = Tape()
    x, w = (tape.leaf(np.zeros(shape), is_scalar=False) for shape in ((2, 3), (3, 5)))
    node = x @ w
    with pytest.raises(ValueError, match="core dimension") as raised:
        w.array.T @ np.zeros(node.array.shape)

    found = causes_of_error(tape, str(raised.value))

    assert [cause.key for cause in found] == ["matrices_swapped", "matrix_not_transposed"]


def test_a_message_names_variable_expression_and_inputs():
    """The first line has the names of the test, the next lines its inputs."""
    tape, leaves = graph(lambda x, y: (x * y).tanh(), is_scalar=True)
    finding = Finding(leaves["x"], "gradient", tape, {leaves["x"]: "a", leaves["y"]: "b"})

    first, *inputs = Words(finding).message("the number should be 1, not 2").splitlines()

    assert first == "the gradient of a in tanh(a * b) is wrong: the number should be 1, not 2"
    assert [line.partition(" = ")[0] for line in inputs] == ["a", "b"]


def test_a_message_names_the_expression_that_the_variable_is_in():
    """Of two graphs that a test goes back through, the one with the variable is named."""
    tape, leaves = graph(lambda x, y: x.exp(), is_scalar=True)  # noqa: ARG005 - the graph gives both
    leaves["y"].log().backward()
    names = {leaves["x"]: "a", leaves["y"]: "b"}

    sentence = Words(Finding(leaves["x"], "gradient", tape, names)).sentence("it is wrong")

    assert sentence == "the gradient of a in exp(a) is wrong: it is wrong"


def test_a_long_expression_is_not_written_out():
    """The message on an expression of hundreds of operations names which operations it has."""
    tape, leaves = graph(lambda x, y: sum((x * y for _ in range(300)), x), is_scalar=True)

    sentence = Words(Finding(leaves["x"], "gradient", tape, {})).sentence("it is wrong")

    assert sentence == "the gradient of x1 in an expression of *, + is wrong: it is wrong"


def test_a_mismatch_keeps_small_numbers_only():
    """The second look is bounded for any answer."""
    assert Mismatch("no", expected=1, actual=2).wanted is None
