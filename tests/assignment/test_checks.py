"""The comparisons of the cases: close values, distant values, and the message of a failure."""

from types import SimpleNamespace

import numpy as np
import pytest

from tests.cases.checks import (
    MOST_NUMBERS,
    SHOWN_CHARACTERS,
    Mismatch,
    assert_close,
    assert_operands,
    assert_origin,
    numeric_gradient,
    plain_array,
    show,
)

EXPECTED = np.array([1.0, 2.0, 3.0])


def test_what_differs_by_rounding_is_close():
    """A number that is off by less than the tolerance of its precision passes."""
    assert_close(EXPECTED * (1 + 1e-9), EXPECTED)
    assert_close(EXPECTED.astype(np.float32) * np.float32(1 + 1e-6), EXPECTED.astype(np.float32))
    assert_close(1, 1.0)


@pytest.mark.parametrize(
    ("actual", "problem"),
    [
        ([1.0, 2.0, 3.0], "an array of shape"),
        (EXPECTED[:2], "the shape is"),
        (EXPECTED.astype(int), "dtype is int64"),
        (EXPECTED * [1, np.nan, 1], "nan or an infinity"),
        (EXPECTED + np.array([0, 1e-5, 1e-5]), "2 of 3 numbers are wrong, the first at index \\(1,\\)"),
    ],
    ids=["list", "shape", "integers", "nan", "numbers"],
)
def test_what_is_not_close_is_told(actual, problem):
    """Another type, shape or dtype, infinite and wrong numbers fail, each with its own words."""
    with pytest.raises(Mismatch, match=problem):
        assert_close(actual, EXPECTED)


@pytest.mark.parametrize("expected", [np.inf, -np.inf, np.nan])
def test_nothing_is_close_to_what_is_not_finite(expected):
    """A test that expects infinity or no number by mistake fails for any answer."""
    with pytest.raises(Mismatch, match="1 of 3 numbers"):
        assert_close(EXPECTED, np.array([1.0, expected, 3.0]))
    with pytest.raises(Mismatch, match="the number should be"):
        assert_close(2.0, expected)


def test_the_numeric_gradient_is_that_of_each_element():
    """Each element is moved alone, in its place, and the array that was given keeps its numbers."""
    x = np.array([[1.0, -2.0], [3.0, 0.5]])
    before = x.copy()

    gradient = numeric_gradient(lambda z: (z**3).sum() + z[0, 0] * z[1, 1], x)

    assert_close(gradient, 3 * x**2 + np.array([[0.5, 0.0], [0.0, 1.0]]), rtol=1e-6)
    assert np.array_equal(x, before)


@pytest.mark.parametrize("shape", [(MOST_NUMBERS, 4), (6,) * 8, (2,) * 16, (1,) * 15 + (MOST_NUMBERS,)])
def test_an_array_of_any_shape_is_shown_in_a_few_numbers(monkeypatch, shape):
    """A large array of many axes is not written out number by number before it is cut."""
    written = []
    working = np.array2string
    monkeypatch.setattr(
        np, "array2string", lambda *args, **options: written.append(working(*args, **options)) or written[-1]
    )

    shown = show(np.zeros(shape, np.int8))

    assert len(shown) <= SHOWN_CHARACTERS + len(" ...")
    assert sum(map(len, written)) < 10 * SHOWN_CHARACTERS


def test_a_shape_is_refused_before_any_arithmetic():
    """An answer that would broadcast against the expected array to gigabytes fails by its shape."""
    with pytest.raises(Mismatch, match="the shape is"):
        assert_close(np.zeros((1 << 20, 1)), np.zeros((1, 1 << 20)))


def test_an_array_is_refused_when_a_test_could_not_compute_with_it():
    """Values that a test goes on to use are bounded by the needs of any test."""
    with pytest.raises(Mismatch, match="far too large"):
        plain_array(np.zeros(MOST_NUMBERS + 1, np.int8))


def test_operands_are_found_among_many_objects():
    """`_prev` is compared by identity, with any other content, repeated or not."""
    a, b = object(), object()

    assert_operands(SimpleNamespace(_prev=[b, a]), a, b)
    for found in ([a], [a, b, object()], [a, a], [], [object()] * 100_000):
        with pytest.raises(Mismatch, match="does not hold the operands"):
            assert_operands(SimpleNamespace(_prev=found), a, b)


def node_of(*operands, op="+", data=0.0):
    """Return a node as a submission may make it."""
    return SimpleNamespace(_prev=list(operands), _op=op, data=data)


def test_operands_are_the_objects_and_nothing_else():
    """All operands and only they are right, in any order."""
    a, b, foreign = node_of(), node_of(), node_of()

    assert_operands(node_of(b, a), a, b)

    for wrong in [[a], [a, b, foreign], [a, node_of()], []]:
        with pytest.raises(Mismatch, match="operands"):
            assert_operands(node_of(*wrong), a, b)


def test_a_plain_number_may_be_among_the_operands_as_a_value():
    """Besides the operand there may be one node, and it must hold that number."""
    a, three = node_of(), node_of(data=3.0)

    assert_operands(node_of(a), a, number=3)
    assert_operands(node_of(three, a), a, number=3)

    for wrong in [[a, node_of(data=4.0)], [a, three, node_of(data=3.0)], [three]]:
        with pytest.raises(Mismatch):
            assert_operands(node_of(*wrong), a, number=3)


def test_an_origin_has_one_or_two_operands_and_a_name():
    """No operand, three of them, a foreign one, the node itself or no name: each is refused."""
    a, b, foreign = node_of(), node_of(), node_of()
    own = node_of()
    vars(own)["_prev"].append(own)

    assert_origin(node_of(a), foreign)
    assert_origin(node_of(a, b), foreign)

    for wrong in [node_of(), node_of(a, b, node_of()), node_of(a, foreign), own, node_of(a, op="")]:
        with pytest.raises(Mismatch):
            assert_origin(wrong, foreign)
