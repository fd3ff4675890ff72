"""Part 4, tensors: arrays with gradients, broadcasting, reductions, and changes of shape."""

import operator

import numpy as np
import pytest

from tests import adapters
from tests.cases.checks import assert_close, assert_operands, assert_operation
from tests.cases.drawn_graphs import TensorForks
from tests.cases.own_sweep import pull_back
from tests.cases.reading import in_type_of, tensor_data, tensor_grad
from tests.cases.tensors import (
    assert_gradients,
    assert_operand_beside,
    backward_with,
    create_tensors,
    distinct,
    one_of,
    positive,
    shapes,
    signed,
    signs,
)

BROADCASTS = [
    pytest.param(operator.add, ("nm", "m"), id="add-row"),
    pytest.param(operator.add, ("n1", "nm"), id="add-column"),
    pytest.param(operator.add, ("nm", ""), id="add-0-d"),
    pytest.param(operator.add, ("m", "bnm"), id="add-missing-leading-axes"),
    pytest.param(operator.add, ("1n", "11"), id="add-size-1-axis-that-stays"),
    pytest.param(operator.mul, ("", "nm"), id="multiply-0-d"),
    pytest.param(operator.mul, ("a1b1", "c1d"), id="multiply-both-sides-4-d"),
    pytest.param(operator.sub, ("a1b", "c1"), id="subtract-both-sides-3-d"),
    pytest.param(operator.truediv, ("a1b", "c1"), id="divide-both-sides-3-d"),
]
# Axes of three to draw from: never only the first ones, over which numpy stretches a gradient without help.
TWO_AXES = [(2, 0), (2, 1)]
TWO_NEGATIVE_AXES = [(-1, 1), (-2, 0), (2, -3)]
REDUCTIONS = [
    pytest.param([None], False, id="all"),
    pytest.param([1], True, id="axis-1-keepdims"),
    pytest.param([-2], False, id="negative-axis"),
    pytest.param(TWO_NEGATIVE_AXES, False, id="two-axes"),
]
BROADCAST_HINT = "sum the gradient over every axis along which numpy stretched this operand"


def _tied(rng, shape, axis):
    """Return an array with one maximum in half of its slices along `axis` and two equal ones in others."""
    x = distinct(rng, shape)
    top = x.max(axis=axis, keepdims=True)
    second = np.where(x < top, x, -np.inf).max(axis=axis, keepdims=True)
    return np.where((signs(rng, top.shape) > 0) & ~(x < second), top, x)


class TestTensorCreation:
    """Problem tensor_creation."""

    @pytest.mark.parametrize("axes", ["", "a1bc"], ids=["0-d", "4-d"])
    def test_a_tensor_holds_its_array(self, rng, axes):
        """A tensor's data has the shape and the numbers of the array that it was made from."""
        [array] = signed(rng, *shapes(rng, axes))

        t = adapters.create_tensor(array.copy())

        assert_close(tensor_data(t), array)

    @pytest.mark.parametrize("axes", ["", "abc"], ids=["0-d", "3-d"])
    def test_a_new_tensor_has_gradient_zero(self, rng, axes):
        """Before any backward a tensor's gradient is all zeros, in the shape of its data."""
        [array] = signed(rng, *shapes(rng, axes))

        t = adapters.create_tensor(array.copy())

        assert_close(tensor_grad(t), np.zeros(array.shape))
        assert_close(tensor_data(t), array)

    def test_each_tensor_has_a_gradient_of_its_own(self, rng):
        """Setting the gradient of one tensor changes that tensor and no other."""
        x, gradient = signed(rng, *shapes(rng, "nm", "nm"))
        a, b = create_tensors(x, x)

        b.grad = in_type_of(b, gradient)

        assert_close(tensor_grad(b), gradient)
        assert_close(tensor_grad(a), np.zeros(x.shape))

    def test_a_new_tensor_depends_on_nothing(self, rng):
        """A tensor that no operation made has an empty _prev."""
        [array] = signed(rng, *shapes(rng, "n"))

        t = adapters.create_tensor(array.copy())

        assert_operands(t)
        assert_close(tensor_data(t), array)


class TestTensorElementwise:
    """Problem tensor_elementwise."""

    def test_adds_element_by_element(self, rng, worked_example):
        """The sum of the handout's two matrices is [[6, 8], [10, 12]], and other arrays add likewise."""
        a, b = create_tensors([[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]])
        x, y = signed(rng, *shapes(rng, "nm", "nm"))

        with worked_example():
            c = adapters.run_tensor_add(a, b)
            assert_close(tensor_data(c), np.array([[6.0, 8.0], [10.0, 12.0]]))

        c = adapters.run_tensor_add(*create_tensors(x, y))
        assert_close(tensor_data(c), x + y)

    def test_multiplies_element_by_element(self, rng, worked_example):
        """The product of the handout's two matrices is [[5, 12], [21, 32]]: this is no matrix product."""
        a, b = create_tensors([[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]])
        x, y = signed(rng, *shapes(rng, "nm", "nm"))

        with worked_example():
            c = adapters.run_tensor_mul(a, b)
            assert_close(tensor_data(c), np.array([[5.0, 12.0], [21.0, 32.0]]))

        c = adapters.run_tensor_mul(*create_tensors(x, y))
        assert_close(tensor_data(c), x * y)

    @pytest.mark.parametrize(
        "calculate",
        [
            pytest.param(lambda a, whole, _: whole + a, id="3+a"),
            pytest.param(lambda a, _, broken: broken * a, id="2.5*a"),
            pytest.param(lambda a, whole, _: whole - a, id="3-a"),
            pytest.param(lambda a, whole, _: whole / a, id="8/a"),
            pytest.param(lambda a, _, broken: a**broken, id="a**1.5"),
            pytest.param(lambda a, _whole, _broken: (-a) ** 3, id="(-a)**3"),
        ],
    )
    def test_works_with_plain_numbers(self, rng, calculate):
        """A plain Python number on either side of an operator meets every element of the tensor."""
        [x] = positive(rng, *shapes(rng, "nm"))
        whole, broken = int(rng.integers(3, 10)), float(rng.uniform(1.2, 2.8))

        c = calculate(adapters.create_tensor(x.copy()), whole, broken)

        assert_close(tensor_data(c), calculate(x, whole, broken))

    def test_assigned_data_is_used_from_then_on(self, rng):
        """After t.data = new, the next operation on t uses the new numbers, as training needs."""
        old, new = signed(rng, *shapes(rng, "nm", "nm"))
        t = adapters.create_tensor(old)

        t.data = in_type_of(t, new)

        assert_close(tensor_data(adapters.run_tensor_add(t, t)), new + new)

    @pytest.mark.parametrize("operation", [operator.add, operator.mul], ids="+*")
    def test_records_its_origin(self, rng, operation):
        """After c = a + b or c = a * b, c._prev holds exactly a and b, and c._op is a name."""
        x, y = signed(rng, *shapes(rng, "n", "n"))
        a, b = create_tensors(x, y)

        c = operation(a, b)

        assert_operands(c, a, b)
        assert_operation(c)
        assert_close(tensor_data(c), operation(x, y))

    def test_records_the_tensor_beside_a_number(self, rng):
        """After c = a + 3, c._prev holds a, and at most the 3 beside it, as a number or as a tensor."""
        [x], number = signed(rng, *shapes(rng, "n")), int(rng.integers(3, 10))
        a = adapters.create_tensor(x.copy())

        c = a + number

        assert_operand_beside(number, c, a)
        assert_close(tensor_data(c), x + number)

    def test_leaves_its_operands_unchanged(self, rng):
        """No operator changes its operands: every result is a new array."""
        x, y = positive(rng, *shapes(rng, "nm", "nm"))
        a, b = create_tensors(x, y)

        a + b, a * b, a - b, a / b, -a, a**2

        assert_close(tensor_data(a), x)
        assert_close(tensor_data(b), y)

    def test_add_passes_its_gradient_to_both_operands(self, rng):
        """After c = a + b, c._backward() adds c.grad to the present a.grad and b.grad."""
        x, y, held, arriving = signed(rng, *shapes(rng, "nm", "nm", "nm", "nm"))
        a, b = create_tensors(x, y)
        c = adapters.run_tensor_add(a, b)
        a.grad, c.grad = in_type_of(a, held), in_type_of(c, arriving)

        c._backward()

        assert_close(tensor_grad(a), held + arriving)
        assert_close(tensor_grad(b), arriving)

    def test_multiply_scales_its_gradient_by_the_other_operand(self, rng):
        """After c = a * b, c._backward() adds c.grad * b.data to a.grad, and c.grad * a.data to b.grad."""
        x, y, held, arriving = signed(rng, *shapes(rng, "nm", "nm", "nm", "nm"))
        a, b = create_tensors(x, y)
        c = adapters.run_tensor_mul(a, b)
        b.grad, c.grad = in_type_of(b, held), in_type_of(c, arriving)

        c._backward()

        assert_close(tensor_grad(a), arriving * y)
        assert_close(tensor_grad(b), held + arriving * x)


class TestTensorBackward:
    """Problem tensor_backward."""

    def test_a_sum_gives_ones(self, rng, worked_example):
        """After backward on a + b both gradients are ones; another gradient of a + b passes unchanged."""
        a, b = create_tensors([[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]])
        x, y, weights = signed(rng, *shapes(rng, "nm", "nm", "nm"))
        d, e = create_tensors(x, y)

        with worked_example():
            adapters.run_tensor_backward(adapters.run_tensor_add(a, b))
            assert_close(tensor_grad(a), np.ones((2, 2)))
            assert_close(tensor_grad(b), np.ones((2, 2)))

        backward_with(adapters.run_tensor_add(d, e), weights)
        assert_close(tensor_grad(d), weights)
        assert_close(tensor_grad(e), weights)

    def test_a_product_gives_the_other_operand(self, rng):
        """After backward on a * b, a's gradient is b's data and b's is a's data, also of 0-d tensors."""
        arrays = signed(rng, (), (), *shapes(rng, "abc", "abc"))
        inputs = create_tensors(*arrays)

        for pair in (inputs[:2], inputs[2:]):
            adapters.run_tensor_backward(adapters.run_tensor_mul(*pair))

        swapped = [arrays[place] for place in (1, 0, 3, 2)]
        for found, expected in zip(tensor_grad.of_all(inputs), swapped, strict=True):
            assert_close(found, expected)

    @pytest.mark.parametrize(
        "calculate",
        [
            pytest.param(lambda a, b: -a - b, id="negate-and-subtract"),
            pytest.param(lambda a, b: a / b, id="divide"),
            pytest.param(lambda a, b: a**3 + (a * b) ** -0.5 + a**2, id="powers"),
            pytest.param(lambda a, b: 3 - (2 * a + b * 5) / 4 + 1 / a, id="plain-numbers"),
        ],
    )
    def test_every_operator_has_its_gradients(self, rng, calculate):
        """Negation, -, / and **, and plain numbers beside a tensor, give the right gradients."""
        shape, _ = shapes(rng, "nm", "nm")
        arrays, [weights] = positive(rng, shape, shape), signed(rng, shape)
        inputs = create_tensors(*arrays)

        backward_with(calculate(*inputs), weights)

        assert_gradients(inputs, arrays, lambda x, y: calculate(x, y) * weights)

    def test_the_output_gets_a_gradient_of_ones(self, rng):
        """The tensor on which backward is called has a gradient of ones, even when it is b + b."""
        x, y = signed(rng, *shapes(rng, "nm", "nm"))
        a, factor = create_tensors(x, y)
        b = adapters.run_tensor_mul(a, factor)
        c = adapters.run_tensor_add(b, b)

        c.backward()

        assert_close(tensor_grad(c), np.ones(x.shape))
        assert_close(tensor_grad(a), 2 * y)

    def test_both_uses_of_a_tensor_count(self, rng):
        """The gradient of a * a is 2a: a is used twice."""
        [x] = signed(rng, *shapes(rng, "nm"))
        a = adapters.create_tensor(x.copy())

        adapters.run_tensor_backward(adapters.run_tensor_mul(a, a))

        assert_close(tensor_grad(a), 2 * x)

    def test_both_paths_of_a_diamond_count_once(self, rng):
        """When b = a * x feeds both b + y and b * z, a's gradient gets the contribution of each path once."""
        arrays = positive(rng, *shapes(rng, "nm", "nm", "nm", "nm"))
        a, x, y, z = create_tensors(*arrays)

        b = a * x
        adapters.run_tensor_backward((b + y) * (b * z))

        assert_gradients([a], arrays, lambda a, x, y, z: (a * x + y) * (a * x * z))

    @pytest.mark.parametrize("length", [2, 1], ids=["long", "short"])
    def test_a_tensor_waits_for_all_its_users(self, rng, length):
        """A tensor that feeds another one both directly and by a longer way waits for both ways."""
        [shape] = shapes(rng, "n")
        x, weights = positive(rng, shape, shape)
        a, forks = adapters.create_tensor(x.copy()), TensorForks(rng, shape, length)

        backward_with(forks(a), weights)

        assert_close(tensor_grad(a), forks.factors * weights)

    def test_operands_do_not_share_a_gradient(self, rng):
        """Where a + b is used beside a and beside b, the gradient of the one stays out of the other."""
        arrays = positive(rng, *shapes(rng, "nm", "nm", "nm", "nm"))
        inputs = create_tensors(*arrays)

        def both(a, b, c, d):
            return ((a + b) * c + a * d) * (b * d + (a + b) * c)

        adapters.run_tensor_backward(both(*inputs))

        assert_gradients(inputs, arrays, both, hint="a.grad and b.grad are one array")

    def test_an_assigned_gradient_is_the_new_start(self, rng):
        """After a.grad = zeros, the next backward leaves only its own gradient in a, and b keeps its own."""
        x, y = signed(rng, *shapes(rng, "nm", "nm"))
        a, b = create_tensors(x, y)
        adapters.run_tensor_backward(adapters.run_tensor_add(a, b))

        a.grad = in_type_of(a, np.zeros(x.shape))
        adapters.run_tensor_backward(adapters.run_tensor_mul(a, a))

        assert_close(tensor_grad(a), 2 * x)
        assert_close(tensor_grad(b), np.ones(x.shape))

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """backward() visits each tensor once: a thousand gradients cost a few forward passes."""
        a, b, c, weights = rng.uniform(0.5, 2.0, size=(4, 20, 25))

        expected = [weights * b * c, weights * a * c, weights * a * b]
        backward_cost.check_tensors(adapters, [a, b, c], lambda x, y, z: (x * y) * z, weights, expected)


class TestTensorBroadcast:
    """Problem tensor_broadcast."""

    def test_both_operands_are_stretched(self, rng, worked_example):
        """The handout's (1, 3) tensor plus its (2, 1) tensor is the (2, 3) tensor of all sums."""
        a, b = create_tensors([[1.0, 2.0, 3.0]], [[1.0], [2.0]])
        x, y = signed(rng, *shapes(rng, "1m", "n1"))

        with worked_example():
            c = adapters.run_tensor_add(a, b)
            assert_close(tensor_data(c), np.array([[2.0, 3.0, 4.0], [3.0, 4.0, 5.0]]))

        c = adapters.run_tensor_add(*create_tensors(x, y))
        assert_close(tensor_data(c), x + y)

    def test_operators_stretch_as_numpy_does(self, rng):
        """The operators *, - and / stretch a (2, 1, 4) and a (3, 1) tensor just as numpy stretches arrays."""
        x, y = signed(rng, *shapes(rng, "a1b", "c1"))
        a, b = create_tensors(x, y)

        results = tensor_data.of_all([a * b, a - b, a / b])

        for found, expected in zip(results, [x * y, x - y, x / y], strict=True):
            assert_close(found, expected)

    def test_gradients_are_summed_over_the_stretched_axes(self, rng, worked_example):
        """In the handout's (1, 3) + (2, 1), a's gradient is [[2, 2, 2]] and b's is [[3], [3]]."""
        a, b = create_tensors([[1.0, 2.0, 3.0]], [[1.0], [2.0]])
        row, column, whole = shapes(rng, "1m", "n1", "nm")
        [weights] = positive(rng, whole)
        d, e = create_tensors(*signed(rng, row, column))

        with worked_example():
            adapters.run_tensor_backward(adapters.run_tensor_add(a, b))
            assert_close(tensor_grad(a), np.array([[2.0, 2.0, 2.0]]), hint=BROADCAST_HINT)
            assert_close(tensor_grad(b), np.array([[3.0], [3.0]]), hint=BROADCAST_HINT)

        backward_with(adapters.run_tensor_add(d, e), weights)
        assert_close(tensor_grad(d), weights.sum(0, keepdims=True), hint=BROADCAST_HINT)
        assert_close(tensor_grad(e), weights.sum(1, keepdims=True), hint=BROADCAST_HINT)

    @pytest.mark.parametrize(("operation", "axes"), BROADCASTS)
    def test_gradients_have_the_shapes_of_the_operands(self, rng, operation, axes):
        """Each operand's gradient has the operand's shape and sums the gradients of all stretched copies."""
        left, right = shapes(rng, *axes)
        arrays, [weights] = signed(rng, left, right), positive(rng, np.broadcast_shapes(left, right))
        inputs = create_tensors(*arrays)

        backward_with(operation(*inputs), weights)

        assert_gradients(inputs, arrays, lambda x, y: operation(x, y) * weights, hint=BROADCAST_HINT)

    def test_two_stretched_uses_add_up(self, rng):
        """A row that is stretched in two places of one expression gets the gradients of both."""
        arrays = positive(rng, *shapes(rng, "m", "nm", "b11"))
        row, matrix, stack = create_tensors(*arrays)

        adapters.run_tensor_backward((matrix + row) * (stack * row))

        assert_gradients([row], arrays, lambda x, y, z: (y + x) * (z * x), hint=BROADCAST_HINT)

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradients of a product that is stretched cost a few forward passes for a thousand numbers."""
        a, weights = rng.uniform(0.5, 2.0, size=(2, 25, 40))
        row = rng.uniform(0.5, 2.0, size=40)

        expected = [weights * row, (weights * a).sum(axis=0)]
        backward_cost.check_tensors(adapters, [a, row], adapters.run_tensor_mul, weights, expected)


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


class TestTensorReshape:
    """Problem tensor_reshape."""

    def test_flattens_a_matrix(self, rng, worked_example):
        """The (2, 2) matrix [[1, 2], [3, 4]] reshaped to (4,) is [1, 2, 3, 4]."""
        a = adapters.create_tensor(np.array([[1.0, 2.0], [3.0, 4.0]]))
        [x] = signed(rng, *shapes(rng, one_of(rng, ["nm", "abc"])))

        with worked_example():
            c = adapters.run_tensor_reshape(a, (4,))
            assert_close(tensor_data(c), np.array([1.0, 2.0, 3.0, 4.0]))

        c = adapters.run_tensor_reshape(adapters.create_tensor(x.copy()), (x.size,))
        assert_close(tensor_data(c), x.ravel())

    def test_reshapes_as_numpy_does(self, rng):
        """A (2, 3, 4) tensor takes any shape of 24 elements; -1 stands for the size that is left over."""
        [x] = signed(rng, *shapes(rng, "abc"))
        first, second, third = x.shape
        a = adapters.create_tensor(x.copy())

        for shape in ((third, first * second), (second, first, -1)):
            assert_close(tensor_data(a.reshape(shape)), x.reshape(shape))

    def test_the_gradient_takes_the_old_shape(self, rng):
        """The gradient is reshaped back to the original shape, its numbers in the same order."""
        [(a, b, c)] = shapes(rng, "abc")
        x, weights = signed(rng, (a, b * c), (b, a * c))
        t = adapters.create_tensor(x.copy())

        backward_with(adapters.run_tensor_reshape(t, weights.shape), weights)

        assert_close(tensor_grad(t), weights.reshape(x.shape))

    def test_the_gradient_passes_a_chain(self, rng):
        """A gradient finds its way back through several reshapes in a row."""
        [(a, b, c)] = shapes(rng, "abc")
        x, weights = signed(rng, (a, b * c), (b, a * c))
        between = rng.permutation([0, 1, 2])[: rng.integers(1, 4)].tolist()
        t = last = adapters.create_tensor(x.copy())

        for one in between:
            last = last.reshape([(a * b * c,), (c, b, a), (a * b, -1)][one])
        backward_with(last.reshape((b, -1)), weights)

        assert_close(tensor_grad(t), weights.reshape(x.shape))

    def test_another_use_beside_it_counts(self, rng):
        """When one expression uses both a and a.reshape(...), a's gradient holds both contributions."""
        arrays = positive(rng, *shapes(rng, "nm", "nm", "mn"))
        a, b, c = inputs = create_tensors(*arrays)
        old, new = arrays[0].shape, arrays[2].shape

        adapters.run_tensor_backward(a * b + (a.reshape(new) * c).reshape(old))

        assert_gradients(inputs, arrays, lambda x, y, z: x * y + (x.reshape(new) * z).reshape(old))

    def test_it_does_not_share_its_gradient(self, rng):
        """When a is used beside c = a.reshape(...), the other gradient of a leaves c's gradient unchanged."""
        x, y, other = positive(rng, *shapes(rng, "nm", "nm", "nm"))
        [weights] = positive(rng, (x.size,))
        a, b = create_tensors(x, y)
        c = adapters.run_tensor_reshape(a, weights.shape)

        pull_back(c, weights)
        pull_back(adapters.run_tensor_mul(a, b), other)

        assert_close(tensor_grad(a), weights.reshape(x.shape) + y * other)
        assert_close(tensor_grad(c), weights, hint="a.grad views c.grad")

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradient of a reshaped tensor costs a few forward passes for a thousand numbers."""
        a, weights = rng.uniform(0.5, 2.0, size=(25, 40)), rng.uniform(0.5, 2.0, size=(40, 25))

        expected = [weights.reshape(25, 40)]
        backward_cost.check_tensors(
            adapters, [a], lambda x: adapters.run_tensor_reshape(x, (40, 25)), weights, expected
        )


class TestTensorTranspose:
    """Problem tensor_transpose."""

    def test_swaps_rows_and_columns(self, rng, worked_example):
        """The transpose of the handout's (2, 3) matrix is the (3, 2) matrix of its columns."""
        a = adapters.create_tensor(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
        [x] = signed(rng, *shapes(rng, "nm"))

        with worked_example():
            c = adapters.run_tensor_transpose(a)
            assert_close(tensor_data(c), np.array([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]))

        c = adapters.run_tensor_transpose(adapters.create_tensor(x.copy()))
        assert_close(tensor_data(c), x.T)

    def test_the_gradient_is_transposed_back(self, rng):
        """Through a.T and b.transpose() alike, the gradient is the transpose of the gradient that arrives."""
        x, y, weights, others = signed(rng, *shapes(rng, "nm", "nm", "mn", "mn"))
        a, b = create_tensors(x, y)

        backward_with(a.T, weights)
        backward_with(b.transpose(), others)

        assert_close(tensor_grad(a), weights.T)
        assert_close(tensor_grad(b), others.T)

    def test_a_reshape_reads_the_transposed_order(self, rng):
        """A reshape after a transpose reads the transposed numbers row by row, and so does its gradient."""
        [x] = signed(rng, *shapes(rng, "nm"))
        [weights] = signed(rng, (x.size,))
        a = adapters.create_tensor(x.copy())
        c = adapters.run_tensor_reshape(adapters.run_tensor_transpose(a), weights.shape)

        backward_with(c, weights)

        assert_close(tensor_data(c), x.T.reshape(x.size))
        assert_close(tensor_grad(a), weights.reshape(x.T.shape).T)

    def test_another_use_beside_it_counts(self, rng):
        """When one expression uses both a and a.T, a's gradient holds both contributions."""
        arrays = positive(rng, *shapes(rng, "nn", "nn", "nn"))
        a, b, c = inputs = create_tensors(*arrays)

        adapters.run_tensor_backward(a * b + (a.T * c).T)

        assert_gradients(inputs, arrays, lambda x, y, z: x * y + (x.T * z).T)

    def test_it_does_not_share_its_gradient(self, rng):
        """When a is used beside c = a.T, the other gradient of a leaves c's gradient unchanged."""
        x, y, other, weights = positive(rng, *shapes(rng, "nm", "nm", "nm", "mn"))
        a, b = create_tensors(x, y)
        c = adapters.run_tensor_transpose(a)

        pull_back(c, weights)
        pull_back(adapters.run_tensor_mul(a, b), other)

        assert_close(tensor_grad(a), weights.T + y * other)
        assert_close(tensor_grad(c), weights, hint="a.grad views c.grad")

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradient of a transposed tensor costs a few forward passes for a thousand numbers."""
        a, weights = rng.uniform(0.5, 2.0, size=(25, 40)), rng.uniform(0.5, 2.0, size=(40, 25))

        backward_cost.check_tensors(adapters, [a], adapters.run_tensor_transpose, weights, [weights.T])
