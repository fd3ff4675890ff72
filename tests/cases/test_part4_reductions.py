"""Part 4, sums, means and maxima over axes of a tensor."""

import numpy as np
import pytest

from tests import adapters
from tests.cases.checks import assert_close
from tests.cases.own_sweep import pull_back
from tests.cases.reading import in_type_of, tensor_data, tensor_grad
from tests.cases.tensors import (
    assert_gradients,
    backward_with,
    distinct,
    one_of,
    positive,
    shapes,
    signed,
    signs,
)

# Axes of three to draw from: never only the first ones, over which numpy stretches a gradient without help.
TWO_AXES = [(2, 0), (2, 1)]
TWO_NEGATIVE_AXES = [(-1, 1), (-2, 0), (2, -3)]
REDUCTIONS = [
    pytest.param([None], False, id="all"),
    pytest.param([1], True, id="axis-1-keepdims"),
    pytest.param([-2], False, id="negative-axis"),
    pytest.param(TWO_NEGATIVE_AXES, False, id="two-axes"),
]


def _tied(rng, shape, axis):
    """Return an array with one maximum in half of its slices along `axis` and two equal ones in others."""
    x = distinct(rng, shape)
    top = x.max(axis=axis, keepdims=True)
    second = np.where(x < top, x, -np.inf).max(axis=axis, keepdims=True)
    return np.where((signs(rng, top.shape) > 0) & ~(x < second), top, x)


class TestTensorSum:
    """Problem tensor_sum."""

    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            pytest.param({}, 10.0, id="all"),
            pytest.param({"axis": 0}, [4.0, 6.0], id="axis-0"),
            pytest.param({"axis": 1}, [3.0, 7.0], id="axis-1"),
            pytest.param({"axis": 0, "keepdims": True}, [[4.0, 6.0]], id="axis-0-keepdims"),
        ],
    )
    def test_sums_the_handouts_matrix(self, rng, worked_example, arguments, expected):
        """The method a.sum() gives the handout's number for [[1, 2], [3, 4]], and sums any other matrix."""
        a = adapters.create_tensor(np.array([[1.0, 2.0], [3.0, 4.0]]))
        [x] = signed(rng, *shapes(rng, "nm"))

        with worked_example():
            assert_close(tensor_data(a.sum(**arguments)), np.array(expected))

        c = adapters.create_tensor(x.copy()).sum(**arguments)
        assert_close(tensor_data(c), np.array(x.sum(**arguments)))

    def test_sums_as_numpy_does(self, rng):
        """Over a tuple of axes, counted from either end, the sum has numpy's numbers and shape."""
        [x] = signed(rng, *shapes(rng, "abc"))
        axis, other = one_of(rng, TWO_AXES), one_of(rng, TWO_NEGATIVE_AXES)
        a = adapters.create_tensor(x.copy())

        c = adapters.run_tensor_sum(a, axis=axis)
        d = adapters.run_tensor_sum(a, axis=other, keepdims=True)

        assert_close(tensor_data(c), x.sum(axis=axis))
        assert_close(tensor_data(d), x.sum(axis=other, keepdims=True))

    @pytest.mark.parametrize(("axes", "keepdims"), REDUCTIONS)
    def test_every_element_gets_its_sums_gradient(self, rng, axes, keepdims):
        """Every element receives the gradient of the one sum that it went into."""
        [x], axis = signed(rng, *shapes(rng, "abc")), one_of(rng, axes)
        [weights] = signed(rng, x.sum(axis=axis, keepdims=keepdims).shape)
        a = adapters.create_tensor(x.copy())

        backward_with(adapters.run_tensor_sum(a, axis=axis, keepdims=keepdims), weights)

        assert_gradients([a], [x], lambda x: x.sum(axis=axis, keepdims=keepdims) * weights)

    def test_it_adds_to_a_gradient_that_is_there(self, rng):
        """The rules of two sums, along axis 0 and along axis 1, both add to the present a.grad."""
        x, held, columns, rows = signed(rng, *shapes(rng, "nm", "nm", "m", "n"))
        a = adapters.create_tensor(x)
        a.grad = in_type_of(a, held)

        pull_back(adapters.run_tensor_sum(a, axis=0), columns)
        pull_back(adapters.run_tensor_sum(a, axis=1), rows)

        assert_close(tensor_grad(a), held + columns + rows[:, np.newaxis])

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradient of a sum over an axis costs a few forward passes for a thousand numbers."""
        a, weights = rng.uniform(0.5, 2.0, size=(50, 60)), rng.uniform(0.5, 2.0, size=50)

        expected = [np.repeat(weights[:, None], 60, axis=1)]
        backward_cost.check_tensors(
            adapters, [a], lambda x: adapters.run_tensor_sum(x, axis=1), weights, expected
        )


class TestTensorMean:
    """Problem tensor_mean."""

    def test_averages_all_elements(self, rng, worked_example):
        """The mean of [[1, 2], [3, 4]] is 2.5; that of any array is its sum over its number of elements."""
        a = adapters.create_tensor(np.array([[1.0, 2.0], [3.0, 4.0]]))
        [x] = positive(rng, *shapes(rng, one_of(rng, ["n", "nm", "abc"])))

        with worked_example():
            assert_close(tensor_data(adapters.run_tensor_mean(a)), np.array(2.5))

        c = adapters.create_tensor(x.copy()).mean()
        assert_close(tensor_data(c), np.array(x.mean()))

    def test_averages_as_numpy_does(self, rng):
        """Over a tuple of axes, counted from either end, the mean has numpy's numbers and shape."""
        [x] = positive(rng, *shapes(rng, "abc"))
        axis, other = one_of(rng, TWO_AXES), one_of(rng, TWO_NEGATIVE_AXES)
        a = adapters.create_tensor(x.copy())

        c = adapters.run_tensor_mean(a, axis=axis)
        d = adapters.run_tensor_mean(a, axis=other, keepdims=True)

        assert_close(tensor_data(c), x.mean(axis=axis))
        assert_close(tensor_data(d), x.mean(axis=other, keepdims=True))

    @pytest.mark.parametrize(("axes", "keepdims"), REDUCTIONS)
    def test_every_element_gets_an_equal_share(self, rng, axes, keepdims):
        """Every element receives its mean's gradient divided by the number of elements averaged."""
        [x], axis = signed(rng, *shapes(rng, "abc")), one_of(rng, axes)
        [weights] = signed(rng, x.mean(axis=axis, keepdims=keepdims).shape)
        a = adapters.create_tensor(x.copy())

        backward_with(adapters.run_tensor_mean(a, axis=axis, keepdims=keepdims), weights)

        assert_gradients([a], [x], lambda x: x.mean(axis=axis, keepdims=keepdims) * weights)

    def test_it_adds_to_a_gradient_that_is_there(self, rng):
        """Each element's share of the mean's gradient is added to the present a.grad."""
        (x, held), [gradient] = signed(rng, *shapes(rng, "nm", "nm")), positive(rng, ())
        a = adapters.create_tensor(x)
        a.grad = in_type_of(a, held)

        pull_back(adapters.run_tensor_mean(a), gradient)

        assert_close(tensor_grad(a), held + gradient / x.size)

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradient of a mean over an axis costs a few forward passes for a thousand numbers."""
        a, weights = rng.uniform(0.5, 2.0, size=(50, 60)), rng.uniform(0.5, 2.0, size=50)

        expected = [np.repeat(weights[:, None], 60, axis=1) / 60]
        backward_cost.check_tensors(
            adapters, [a], lambda x: adapters.run_tensor_mean(x, axis=1), weights, expected
        )


class TestTensorMax:
    """Problem tensor_max."""

    def test_finds_the_largest_element(self, rng, worked_example):
        """The max of [[1, 4], [3, 2]] is 4, and that of numbers below zero is the one nearest to zero."""
        a = adapters.create_tensor(np.array([[1.0, 4.0], [3.0, 2.0]]))
        x = -np.abs(distinct(rng, *shapes(rng, one_of(rng, ["n", "nm", "abc"]))))

        with worked_example():
            assert_close(tensor_data(adapters.run_tensor_max(a)), np.array(4.0))

        c = adapters.create_tensor(x.copy()).max()
        assert_close(tensor_data(c), np.array(x.max()))

    def test_finds_what_numpy_finds(self, rng):
        """Over a tuple of axes, counted from either end, the max has numpy's numbers and shape."""
        x = distinct(rng, *shapes(rng, "abc"))
        axis, other = one_of(rng, TWO_AXES), one_of(rng, TWO_NEGATIVE_AXES)
        a = adapters.create_tensor(x.copy())

        c = adapters.run_tensor_max(a, axis=axis)
        d = adapters.run_tensor_max(a, axis=other, keepdims=True)

        assert_close(tensor_data(c), x.max(axis=axis))
        assert_close(tensor_data(d), x.max(axis=other, keepdims=True))

    @pytest.mark.parametrize(("axes", "keepdims"), REDUCTIONS[::2])
    def test_only_the_largest_element_gets_a_gradient(self, rng, axes, keepdims):
        """Each maximum's gradient goes to the element that it came from, and to no other."""
        x, axis = distinct(rng, *shapes(rng, "abc")), one_of(rng, axes)
        [weights] = signed(rng, x.max(axis=axis, keepdims=keepdims).shape)
        a = adapters.create_tensor(x.copy())

        backward_with(adapters.run_tensor_max(a, axis=axis, keepdims=keepdims), weights)

        assert_gradients([a], [x], lambda x: x.max(axis=axis, keepdims=keepdims) * weights)

    @pytest.mark.parametrize(
        ("axis", "keepdims"),
        [
            pytest.param(0, False, id="axis-0"),
            pytest.param(-1, True, id="keepdims"),
            pytest.param((0, 2), False, id="two-axes"),
        ],
    )
    def test_ties_share_the_gradient_equally(self, rng, axis, keepdims):
        """Elements that tie for one maximum share its gradient equally; each maximum has ties of its own."""
        x = _tied(rng, *shapes(rng, "abc"), axis)
        top = x.max(axis=axis, keepdims=True)
        [weights] = signed(rng, top.shape)
        a = adapters.create_tensor(x.copy())

        result = adapters.run_tensor_max(a, axis=axis, keepdims=keepdims)
        backward_with(result, weights if keepdims else weights.squeeze(axis))

        winners = ~(x < top)
        shares = weights / winners.sum(axis=axis, keepdims=True)
        assert_close(tensor_grad(a), shares * winners)

    def test_it_adds_to_a_gradient_that_is_there(self, rng):
        """The shares of two equal maxima are added to the present a.grad."""
        x, [gradient] = _tied(rng, *shapes(rng, "nm"), None), positive(rng, ())
        a, [held] = adapters.create_tensor(x.copy()), signed(rng, x.shape)
        a.grad = in_type_of(a, held)

        pull_back(adapters.run_tensor_max(a), gradient)

        winners = ~(x < x.max())
        assert_close(tensor_grad(a), held + gradient * winners / winners.sum())

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradient of a maximum along an axis costs a few forward passes for a thousand numbers."""
        a, weights = rng.uniform(0.5, 2.0, size=(50, 60)), rng.uniform(0.5, 2.0, size=50)

        expected = [weights[:, None] * (a >= a.max(axis=1, keepdims=True))]
        backward_cost.check_tensors(
            adapters, [a], lambda x: adapters.run_tensor_max(x, axis=1), weights, expected
        )
