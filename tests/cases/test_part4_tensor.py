"""Part 4, tensors: arrays with gradients, broadcasting, reductions, and changes of shape."""

import operator

import numpy as np
import pytest

from tests import adapters
from tests.cases.checks import assert_close, assert_dtype, assert_equal, assert_operands, numeric_gradient

BROADCASTS = [
    pytest.param(operator.add, (2, 3), (3,), id="add-row"),
    pytest.param(operator.add, (2, 1), (2, 3), id="add-column"),
    pytest.param(operator.add, (2, 3), (), id="add-0-d"),
    pytest.param(operator.add, (4,), (2, 3, 4), id="add-missing-leading-axes"),
    pytest.param(operator.add, (2, 3, 4), (2, 1, 4), id="add-size-1-inner-axis"),
    pytest.param(operator.add, (1, 3), (1, 1), id="add-size-1-axis-that-stays"),
    pytest.param(operator.mul, (2, 3), (3,), id="multiply-row"),
    pytest.param(operator.mul, (), (2, 3), id="multiply-0-d"),
    pytest.param(operator.mul, (2, 1, 4, 1), (3, 1, 5), id="multiply-both-sides-4-d"),
    pytest.param(operator.sub, (2, 1, 4), (3, 1), id="subtract-both-sides-3-d"),
    pytest.param(operator.truediv, (2, 1, 4), (3, 1), id="divide-both-sides-3-d"),
]
REDUCTIONS = [
    pytest.param(None, False, id="all"),
    pytest.param(1, True, id="axis-1-keepdims"),
    pytest.param(-2, False, id="negative-axis"),
    pytest.param((2, 0), False, id="two-axes"),
    pytest.param((-1, 1), True, id="two-negative-axes-keepdims"),
]
BROADCAST_HINT = "sum the gradient over every axis along which numpy stretched this operand"


def _tensors(*arrays):
    """Return one fresh tensor per array."""
    return [adapters.create_tensor(np.array(array)) for array in arrays]


def _positive(rng, *shapes):
    """Return one array per shape, with numbers between 0.5 and 2: far from any zero or pole."""
    return [np.array(rng.uniform(0.5, 2.0, shape)) for shape in shapes]


def _distinct(rng, *shape):
    """Return an array of whole numbers around zero, no two of them equal."""
    size = int(np.prod(shape))
    return (rng.permutation(size) - size // 2).astype(np.float64).reshape(shape)


def _backward_with(output, weights):
    """Run backward so that `output` receives the array `weights` as its gradient."""
    adapters.run_tensor_backward(adapters.run_tensor_mul(output, adapters.create_tensor(np.array(weights))))


def _assert_gradients(inputs, arrays, function, *, hint=None):
    """Fail unless the tensors `inputs` hold the gradients of the sum of `function(*arrays)`."""
    for position, tensor in enumerate(inputs):
        before, after = arrays[:position], arrays[position + 1 :]
        expected = numeric_gradient(lambda x: function(*before, x, *after).sum(), arrays[position])  # noqa: B023
        assert_close(adapters.get_tensor_grad(tensor), expected, rtol=1e-5, atol=1e-6, hint=hint)


class TestTensorCreation:
    """Problem tensor_creation."""

    @pytest.mark.parametrize("shape", [(), (2, 3), (2, 1, 3, 2)], ids=["0-d", "2-d", "4-d"])
    def test_a_tensor_holds_its_array(self, rng, shape):
        """A tensor's data has the shape and the numbers of the array that it was made from."""
        array = np.array(rng.standard_normal(shape))

        t = adapters.create_tensor(array.copy())

        assert_close(adapters.get_tensor_data(t), array)

    @pytest.mark.parametrize("shape", [(), (2, 3, 4)], ids=["0-d", "3-d"])
    def test_a_new_tensor_has_gradient_zero(self, shape):
        """Before any backward a tensor's gradient is all zeros, in the shape of its data."""
        t = adapters.create_tensor(np.ones(shape))

        assert_close(adapters.get_tensor_grad(t), np.zeros(shape))

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_a_tensor_keeps_its_float_type(self, dtype):
        """Data and gradient have the precision of the array: float32 stays float32, float64 stays float64."""
        t = adapters.create_tensor(np.array([1.5, 2.5], dtype=dtype))

        assert_dtype(adapters.get_tensor_data(t), dtype)
        assert_dtype(adapters.get_tensor_grad(t), dtype)

    def test_integers_become_floats(self):
        """An array of integers becomes floats, data and gradient: a gradient is seldom a whole number."""
        t = adapters.create_tensor(np.array([[1, 2], [3, 4]]))

        assert_close(adapters.get_tensor_data(t), np.array([[1.0, 2.0], [3.0, 4.0]]))
        assert_close(adapters.get_tensor_grad(t), np.zeros((2, 2)))

    def test_a_new_tensor_depends_on_nothing(self):
        """A tensor that no operation made has an empty _prev."""
        t = adapters.create_tensor(np.array([1.0, 2.0]))

        assert_operands(t)

    def test_assigned_data_is_used_from_then_on(self):
        """After t.data = new, the next operation on t uses the new numbers, as training needs."""
        t = adapters.create_tensor(np.array([1.0, 2.0]))

        t.data = np.array([10.0, 20.0])

        assert_close(adapters.get_tensor_data(adapters.run_tensor_add(t, t)), np.array([20.0, 40.0]))


class TestTensorElementwise:
    """Problem tensor_elementwise."""

    def test_adds_element_by_element(self):
        """The sum of the handout's two matrices is [[6, 8], [10, 12]]."""
        a, b = _tensors([[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]])

        c = adapters.run_tensor_add(a, b)

        assert_close(adapters.get_tensor_data(c), np.array([[6.0, 8.0], [10.0, 12.0]]))

    def test_multiplies_element_by_element(self):
        """The product of the handout's two matrices is [[5, 12], [21, 32]]: this is no matrix product."""
        a, b = _tensors([[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]])

        c = adapters.run_tensor_mul(a, b)

        assert_close(adapters.get_tensor_data(c), np.array([[5.0, 12.0], [21.0, 32.0]]))

    @pytest.mark.parametrize(
        ("calculate", "expected"),
        [
            pytest.param(lambda a: a + 3, [5.0, 7.0], id="a+3"),
            pytest.param(lambda a: 3 + a, [5.0, 7.0], id="3+a"),
            pytest.param(lambda a: 2.5 * a, [5.0, 10.0], id="2.5*a"),
            pytest.param(lambda a: 3 - a, [1.0, -1.0], id="3-a"),
            pytest.param(lambda a: 8 / a, [4.0, 2.0], id="8/a"),
            pytest.param(lambda a: -a, [-2.0, -4.0], id="-a"),
            pytest.param(lambda a: a**1.5, [8**0.5, 8.0], id="a**1.5"),
        ],
    )
    def test_works_with_plain_numbers(self, calculate, expected):
        """A plain Python number on either side of an operator meets every element of the tensor."""
        a = adapters.create_tensor(np.array([2.0, 4.0]))

        c = calculate(a)

        assert_close(adapters.get_tensor_data(c), np.array(expected))

    @pytest.mark.parametrize(("operation", "sign"), [(operator.add, "+"), (operator.mul, "*")], ids="+*")
    def test_records_its_origin(self, operation, sign):
        """After c = a + b or c = a * b, c._prev holds exactly a and b, and c._op is '+' or '*'."""
        a, b = _tensors([1.0, 2.0], [3.0, 4.0])

        c = operation(a, b)

        assert_operands(c, a, b)
        assert_equal(c._op, sign)

    def test_records_the_tensor_beside_a_number(self):
        """After c = a + 3, a is in c._prev, whatever stands there for the 3."""
        a = adapters.create_tensor(np.array([1.0, 2.0]))

        c = a + 3

        assert any(operand is a for operand in c._prev), "c._prev does not hold a"

    def test_leaves_its_operands_unchanged(self):
        """Computing a + b and a * b changes neither a nor b: every result is a new array."""
        a, b = _tensors([1.0, 2.0], [3.0, 4.0])

        a + b, a * b

        assert_close(adapters.get_tensor_data(a), np.array([1.0, 2.0]))
        assert_close(adapters.get_tensor_data(b), np.array([3.0, 4.0]))

    def test_add_passes_its_gradient_to_both_operands(self):
        """After c = a + b, c._backward() adds c.grad to what a.grad and b.grad already hold."""
        a, b = _tensors([1.0, 2.0], [3.0, 4.0])
        c = adapters.run_tensor_add(a, b)
        a.grad, c.grad = np.array([100.0, 200.0]), np.array([10.0, -20.0])

        c._backward()

        assert_close(adapters.get_tensor_grad(a), np.array([110.0, 180.0]))
        assert_close(adapters.get_tensor_grad(b), np.array([10.0, -20.0]))

    def test_multiply_scales_its_gradient_by_the_other_operand(self):
        """After c = a * b, c._backward() adds c.grad * b.data to a.grad, and c.grad * a.data to b.grad."""
        a, b = _tensors([1.0, 2.0], [3.0, 4.0])
        c = adapters.run_tensor_mul(a, b)
        b.grad, c.grad = np.array([100.0, 200.0]), np.array([10.0, -20.0])

        c._backward()

        assert_close(adapters.get_tensor_grad(a), np.array([30.0, -80.0]))
        assert_close(adapters.get_tensor_grad(b), np.array([110.0, 160.0]))

    @pytest.mark.parametrize(
        "calculate",
        [lambda a, b: a * b + a, lambda a, _: (2 * a + 0.5) / 4 - 1],
        ids=["tensors", "plain-numbers"],
    )
    def test_float32_stays_float32(self, calculate):
        """What is computed from float32 tensors, or from one and plain Python numbers, is float32."""
        a, b = _tensors(np.array([1.0, 2.0], dtype=np.float32), np.array([3.0, 4.0], dtype=np.float32))

        c = calculate(a, b)

        assert_dtype(adapters.get_tensor_data(c), "float32", hint="a number takes the dtype of its tensor")

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradients of a * b + a / b cost a few forward passes, though there are a thousand of them."""
        a, b, weights = rng.uniform(0.5, 2.0, size=(3, 20, 25))

        expected = [weights * (b + 1 / b), weights * (a - a / b**2)]
        backward_cost.check_tensors(adapters, [a, b], lambda x, y: x * y + x / y, weights, expected)


class TestTensorBackward:
    """Problem tensor_backward."""

    def test_a_sum_gives_ones(self):
        """After backward on the handout's a + b, the gradients of a and of b are ones."""
        a, b = _tensors([[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]])

        adapters.run_tensor_backward(adapters.run_tensor_add(a, b))

        assert_close(adapters.get_tensor_grad(a), np.ones((2, 2)))
        assert_close(adapters.get_tensor_grad(b), np.ones((2, 2)))

    @pytest.mark.parametrize("shape", [(), (2, 3, 4)], ids=["0-d", "3-d"])
    def test_a_product_gives_the_other_operand(self, rng, shape):
        """After backward on a * b, a's gradient is b's data and b's gradient is a's data."""
        x, y = _positive(rng, shape, shape)
        a, b = _tensors(x, y)

        adapters.run_tensor_backward(adapters.run_tensor_mul(a, b))

        assert_close(adapters.get_tensor_grad(a), y)
        assert_close(adapters.get_tensor_grad(b), x)

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
        arrays, weights = _positive(rng, (2, 3), (2, 3)), rng.standard_normal((2, 3))
        inputs = _tensors(*arrays)

        _backward_with(calculate(*inputs), weights)

        _assert_gradients(inputs, arrays, lambda x, y: calculate(x, y) * weights)

    def test_the_output_gets_a_gradient_of_ones(self):
        """The tensor on which backward is called has a gradient of ones, even when it is a + a."""
        a = adapters.create_tensor(np.array([[1.0, 2.0, 3.0]]))
        c = adapters.run_tensor_add(a, a)

        c.backward()

        assert_close(adapters.get_tensor_grad(c), np.ones((1, 3)))

    def test_both_uses_of_a_tensor_count(self):
        """The gradient of a * a is 2a: a is used twice."""
        a = adapters.create_tensor(np.array([1.0, -2.0, 3.0]))

        adapters.run_tensor_backward(adapters.run_tensor_mul(a, a))

        assert_close(adapters.get_tensor_grad(a), np.array([2.0, -4.0, 6.0]))

    def test_both_paths_of_a_diamond_count_once(self, rng):
        """When b = a * x feeds both b + y and b * z, a's gradient gets the contribution of each path once."""
        arrays = _positive(rng, (2, 3), (2, 3), (2, 3), (2, 3))
        a, x, y, z = inputs = _tensors(*arrays)

        b = a * x
        adapters.run_tensor_backward((b + y) * (b * z))

        _assert_gradients(inputs, arrays, lambda a, x, y, z: (a * x + y) * (a * x * z))

    @pytest.mark.parametrize("near_first", [True, False], ids=["near-first", "far-first"])
    def test_a_short_and_a_long_path_meet(self, rng, near_first):
        """When b = a * x feeds the output directly and also by a longer way, b waits for both ways."""
        arrays = _positive(rng, (2, 3), (2, 3), (2, 3))
        a, x, y = inputs = _tensors(*arrays)

        near = a * x
        far = (near + y) * y + y
        adapters.run_tensor_backward(near * far if near_first else far * near)

        _assert_gradients(inputs, arrays, lambda a, x, y: a * x * ((a * x + y) * y + y))

    def test_a_tensor_waits_for_all_its_users(self):
        """A tensor passes its gradient on only after all that use it, near and far, have added to it."""
        a, b = _tensors([1.0, 2.0], [3.0, 5.0])

        older, newer = a + b, a * b
        for _ in range(10):
            older, newer = newer, older + newer
        adapters.run_tensor_backward(newer)  # by the Fibonacci numbers it is 55 * (a + b) + 89 * (a * b)

        assert_close(adapters.get_tensor_grad(a), np.array([55.0 + 89 * 3, 55.0 + 89 * 5]))
        assert_close(adapters.get_tensor_grad(b), np.array([55.0 + 89 * 1, 55.0 + 89 * 2]))

    def test_a_second_backward_adds_to_the_first(self):
        """Calling backward twice on c = a * b leaves twice the gradient in a and in b."""
        a, b = _tensors([1.0, 2.0], [3.0, 4.0])
        c = adapters.run_tensor_mul(a, b)

        adapters.run_tensor_backward(c)
        adapters.run_tensor_backward(c)

        assert_close(adapters.get_tensor_grad(a), np.array([6.0, 8.0]))
        assert_close(adapters.get_tensor_grad(b), np.array([2.0, 4.0]))

    def test_operands_do_not_share_a_gradient(self):
        """After backward on a + b, a second graph with only a in it leaves b's gradient as it is."""
        a, b = _tensors([1.0, 2.0], [3.0, 4.0])
        adapters.run_tensor_backward(adapters.run_tensor_add(a, b))

        adapters.run_tensor_backward(adapters.run_tensor_mul(a, a))

        assert_close(adapters.get_tensor_grad(a), np.array([3.0, 5.0]))
        assert_close(adapters.get_tensor_grad(b), np.ones(2), hint="a.grad and b.grad are one array")

    def test_an_assigned_gradient_is_the_new_start(self):
        """After a.grad = zeros, the next backward leaves only its own gradient in a, and b keeps its own."""
        a, b = _tensors([1.0, 2.0], [3.0, 4.0])
        adapters.run_tensor_backward(adapters.run_tensor_add(a, b))

        a.grad = np.zeros(2)
        adapters.run_tensor_backward(adapters.run_tensor_mul(a, a))

        assert_close(adapters.get_tensor_grad(a), np.array([2.0, 4.0]))
        assert_close(adapters.get_tensor_grad(b), np.ones(2))

    def test_float32_has_float32_gradients(self):
        """The gradient of a float32 tensor is still float32 after backward."""
        a, b = _tensors(np.array([1.0, 2.0], dtype=np.float32), np.array([3.0, 4.0], dtype=np.float32))

        adapters.run_tensor_backward(adapters.run_tensor_mul(a, b))

        assert_dtype(adapters.get_tensor_grad(a), "float32")
        assert_close(adapters.get_tensor_grad(a), np.array([3.0, 4.0], dtype=np.float32))

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """backward() visits each tensor once: a thousand gradients cost a few forward passes."""
        a, b, weights = rng.uniform(0.5, 2.0, size=(3, 20, 25))

        expected = [weights * 2 * a * b, weights * a**2]
        backward_cost.check_tensors(adapters, [a, b], lambda x, y: (x * y) * x, weights, expected)


class TestTensorBroadcast:
    """Problem tensor_broadcast."""

    def test_both_operands_are_stretched(self):
        """The handout's (1, 3) tensor plus its (2, 1) tensor is the (2, 3) tensor of all sums."""
        a, b = _tensors([[1.0, 2.0, 3.0]], [[1.0], [2.0]])

        c = adapters.run_tensor_add(a, b)

        assert_close(adapters.get_tensor_data(c), np.array([[2.0, 3.0, 4.0], [3.0, 4.0, 5.0]]))

    @pytest.mark.parametrize("operation", [operator.mul, operator.sub, operator.truediv], ids="*-/")
    def test_operators_stretch_as_numpy_does(self, rng, operation):
        """The operators *, - and / stretch a (2, 1, 4) and a (3, 1) tensor just as numpy stretches arrays."""
        x, y = _positive(rng, (2, 1, 4), (3, 1))
        a, b = _tensors(x, y)

        c = operation(a, b)

        assert_close(adapters.get_tensor_data(c), operation(x, y))

    def test_gradients_are_summed_over_the_stretched_axes(self):
        """In the handout's (1, 3) + (2, 1), a's gradient is [[2, 2, 2]] and b's is [[3], [3]]."""
        a, b = _tensors([[1.0, 2.0, 3.0]], [[1.0], [2.0]])

        adapters.run_tensor_backward(adapters.run_tensor_add(a, b))

        assert_close(adapters.get_tensor_grad(a), np.array([[2.0, 2.0, 2.0]]), hint=BROADCAST_HINT)
        assert_close(adapters.get_tensor_grad(b), np.array([[3.0], [3.0]]), hint=BROADCAST_HINT)

    @pytest.mark.parametrize(("operation", "left", "right"), BROADCASTS)
    def test_gradients_have_the_shapes_of_the_operands(self, rng, operation, left, right):
        """Each operand's gradient has the operand's own shape and sums what every stretched copy received."""
        arrays, weights = _positive(rng, left, right), rng.standard_normal(np.broadcast_shapes(left, right))
        inputs = _tensors(*arrays)

        _backward_with(operation(*inputs), weights)

        _assert_gradients(inputs, arrays, lambda x, y: operation(x, y) * weights, hint=BROADCAST_HINT)

    def test_two_stretched_uses_add_up(self, rng):
        """A row that is stretched in two places of one expression gets the gradients of both."""
        arrays = _positive(rng, (3,), (2, 3), (4, 1, 1))
        row, matrix, stack = inputs = _tensors(*arrays)

        adapters.run_tensor_backward((matrix + row) * (stack * row))

        _assert_gradients(inputs, arrays, lambda x, y, z: (y + x) * (z * x), hint=BROADCAST_HINT)

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
    def test_sums_the_handouts_matrix(self, arguments, expected):
        """The method a.sum() gives for [[1, 2], [3, 4]] what the handout shows."""
        a = adapters.create_tensor(np.array([[1.0, 2.0], [3.0, 4.0]]))

        c = a.sum(**arguments)

        assert_close(adapters.get_tensor_data(c), np.array(expected))

    @pytest.mark.parametrize(("axis", "keepdims"), REDUCTIONS[-2:])
    def test_sums_as_numpy_does(self, rng, axis, keepdims):
        """Over a tuple of axes, counted from either end, the sum has numpy's numbers and shape."""
        x = rng.standard_normal((2, 3, 4))

        c = adapters.run_tensor_sum(adapters.create_tensor(x), axis=axis, keepdims=keepdims)

        assert_close(adapters.get_tensor_data(c), x.sum(axis=axis, keepdims=keepdims))

    @pytest.mark.parametrize(("axis", "keepdims"), REDUCTIONS)
    def test_every_element_gets_its_sums_gradient(self, rng, axis, keepdims):
        """Every element receives the gradient of the one sum that it went into."""
        x = rng.standard_normal((2, 3, 4))
        weights = rng.standard_normal(x.sum(axis=axis, keepdims=keepdims).shape)
        a = adapters.create_tensor(x)

        _backward_with(adapters.run_tensor_sum(a, axis=axis, keepdims=keepdims), weights)

        _assert_gradients([a], [x], lambda x: x.sum(axis=axis, keepdims=keepdims) * weights)

    def test_two_sums_add_up(self):
        """When a is summed along axis 0 and then along axis 1, its gradient holds both contributions."""
        a = adapters.create_tensor(np.ones((2, 3)))

        _backward_with(adapters.run_tensor_sum(a, axis=0), [1.0, 2.0, 3.0])
        _backward_with(adapters.run_tensor_sum(a, axis=1), [10.0, 20.0])

        assert_close(adapters.get_tensor_grad(a), np.array([[11.0, 12.0, 13.0], [21.0, 22.0, 23.0]]))

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradient of a sum over an axis costs a few forward passes for a thousand numbers."""
        a, weights = rng.uniform(0.5, 2.0, size=(50, 60)), rng.uniform(0.5, 2.0, size=50)

        expected = [np.repeat(weights[:, None], 60, axis=1)]
        backward_cost.check_tensors(
            adapters, [a], lambda x: adapters.run_tensor_sum(x, axis=1), weights, expected
        )


class TestTensorMean:
    """Problem tensor_mean."""

    def test_averages_all_elements(self):
        """The mean of [[1, 2], [3, 4]] is 2.5."""
        a = adapters.create_tensor(np.array([[1.0, 2.0], [3.0, 4.0]]))

        c = adapters.run_tensor_mean(a)

        assert_close(adapters.get_tensor_data(c), np.array(2.5))

    @pytest.mark.parametrize(("axis", "keepdims"), REDUCTIONS[-2:])
    def test_averages_as_numpy_does(self, rng, axis, keepdims):
        """Over a tuple of axes, counted from either end, the mean has numpy's numbers and shape."""
        x = rng.standard_normal((2, 3, 4))

        c = adapters.run_tensor_mean(adapters.create_tensor(x), axis=axis, keepdims=keepdims)

        assert_close(adapters.get_tensor_data(c), x.mean(axis=axis, keepdims=keepdims))

    @pytest.mark.parametrize(("axis", "keepdims"), REDUCTIONS)
    def test_every_element_gets_an_equal_share(self, rng, axis, keepdims):
        """Every element receives its mean's gradient divided by the number of elements averaged."""
        x = rng.standard_normal((2, 3, 4))
        weights = rng.standard_normal(x.mean(axis=axis, keepdims=keepdims).shape)
        a = adapters.create_tensor(x)

        _backward_with(adapters.run_tensor_mean(a, axis=axis, keepdims=keepdims), weights)

        _assert_gradients([a], [x], lambda x: x.mean(axis=axis, keepdims=keepdims) * weights)

    def test_two_means_add_up(self):
        """When the mean of six elements is taken twice, each has the gradient 1/6 + 1/6."""
        a = adapters.create_tensor(np.ones((2, 3)))

        adapters.run_tensor_backward(a.mean())
        adapters.run_tensor_backward(a.mean())

        assert_close(adapters.get_tensor_grad(a), np.full((2, 3), 1 / 3))

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradient of a mean over an axis costs a few forward passes for a thousand numbers."""
        a, weights = rng.uniform(0.5, 2.0, size=(50, 60)), rng.uniform(0.5, 2.0, size=50)

        expected = [np.repeat(weights[:, None], 60, axis=1) / 60]
        backward_cost.check_tensors(
            adapters, [a], lambda x: adapters.run_tensor_mean(x, axis=1), weights, expected
        )


class TestTensorMax:
    """Problem tensor_max."""

    def test_finds_the_largest_element(self):
        """The max of [[1, 4], [3, 2]] is 4."""
        a = adapters.create_tensor(np.array([[1.0, 4.0], [3.0, 2.0]]))

        c = adapters.run_tensor_max(a)

        assert_close(adapters.get_tensor_data(c), np.array(4.0))

    @pytest.mark.parametrize(("axis", "keepdims"), REDUCTIONS[-2:])
    def test_finds_what_numpy_finds(self, rng, axis, keepdims):
        """Over a tuple of axes, counted from either end, the max has numpy's numbers and shape."""
        x = _distinct(rng, 2, 3, 4)

        c = adapters.run_tensor_max(adapters.create_tensor(x), axis=axis, keepdims=keepdims)

        assert_close(adapters.get_tensor_data(c), x.max(axis=axis, keepdims=keepdims))

    @pytest.mark.parametrize(("axis", "keepdims"), REDUCTIONS)
    def test_only_the_largest_element_gets_a_gradient(self, rng, axis, keepdims):
        """Each maximum's gradient goes to the element that it came from, and to no other."""
        x = _distinct(rng, 2, 3, 4)
        weights = rng.standard_normal(x.max(axis=axis, keepdims=keepdims).shape)
        a = adapters.create_tensor(x)

        _backward_with(adapters.run_tensor_max(a, axis=axis, keepdims=keepdims), weights)

        _assert_gradients([a], [x], lambda x: x.max(axis=axis, keepdims=keepdims) * weights)

    @pytest.mark.parametrize(
        ("axis", "keepdims", "weights", "expected"),
        [
            pytest.param(None, False, 6.0, [[[0, 0], [2, 2]], [[0, 0], [2, 0]]], id="all"),
            pytest.param(0, False, [[1, 2], [4, 6]], [[[0, 2], [2, 6]], [[1, 0], [2, 0]]], id="axis-0"),
            pytest.param(
                -1, True, [[[1], [4]], [[2], [3]]], [[[0, 1], [2, 2]], [[2, 0], [3, 0]]], id="keepdims"
            ),
            pytest.param((0, 2), False, [2, 3], [[[0, 1], [1, 1]], [[1, 0], [1, 0]]], id="two-axes"),
        ],
    )
    def test_ties_share_the_gradient_equally(self, axis, keepdims, weights, expected):
        """Elements that tie for one maximum share its gradient equally; each maximum has ties of its own."""
        a = adapters.create_tensor(np.array([[[1.0, 3.0], [5.0, 5.0]], [[3.0, 0.0], [5.0, 1.0]]]))

        _backward_with(
            adapters.run_tensor_max(a, axis=axis, keepdims=keepdims), np.array(weights, dtype=np.float64)
        )

        assert_close(adapters.get_tensor_grad(a), np.array(expected, dtype=np.float64))

    def test_two_maxima_add_up(self):
        """When the max of [1, 7, 7] is taken twice, each 7 has the gradient 1/2 + 1/2."""
        a = adapters.create_tensor(np.array([1.0, 7.0, 7.0]))

        adapters.run_tensor_backward(a.max())
        adapters.run_tensor_backward(a.max())

        assert_close(adapters.get_tensor_grad(a), np.array([0.0, 1.0, 1.0]))

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradient of a maximum along an axis costs a few forward passes for a thousand numbers."""
        a, weights = rng.uniform(0.5, 2.0, size=(50, 60)), rng.uniform(0.5, 2.0, size=50)

        expected = [weights[:, None] * (a >= a.max(axis=1, keepdims=True))]
        backward_cost.check_tensors(
            adapters, [a], lambda x: adapters.run_tensor_max(x, axis=1), weights, expected
        )


class TestTensorReshape:
    """Problem tensor_reshape."""

    def test_flattens_a_matrix(self):
        """The (2, 2) matrix [[1, 2], [3, 4]] reshaped to (4,) is [1, 2, 3, 4]."""
        a = adapters.create_tensor(np.array([[1.0, 2.0], [3.0, 4.0]]))

        c = adapters.run_tensor_reshape(a, (4,))

        assert_close(adapters.get_tensor_data(c), np.array([1.0, 2.0, 3.0, 4.0]))

    @pytest.mark.parametrize("shape", [(4, 6), (3, 2, -1)], ids=["2-d", "with--1"])
    def test_reshapes_as_numpy_does(self, rng, shape):
        """A (2, 3, 4) tensor takes any shape of 24 elements; -1 stands for the size that is left over."""
        x = rng.standard_normal((2, 3, 4))

        c = adapters.create_tensor(x).reshape(shape)

        assert_close(adapters.get_tensor_data(c), x.reshape(shape))

    def test_the_gradient_takes_the_old_shape(self, rng):
        """The gradient is reshaped back to the original shape, its numbers in the same order."""
        weights = rng.standard_normal((4, 3))
        a = adapters.create_tensor(rng.standard_normal((2, 6)))

        _backward_with(adapters.run_tensor_reshape(a, (4, 3)), weights)

        assert_close(adapters.get_tensor_grad(a), weights.reshape(2, 6))

    def test_the_gradient_passes_a_chain(self, rng):
        """A gradient finds its way back through several reshapes in a row."""
        weights = rng.standard_normal((2, 6))
        a = adapters.create_tensor(rng.standard_normal((3, 4)))

        _backward_with(a.reshape((12,)).reshape((2, 3, 2)).reshape((2, -1)), weights)

        assert_close(adapters.get_tensor_grad(a), weights.reshape(3, 4))

    def test_another_use_beside_it_counts(self, rng):
        """When one expression uses both a and a.reshape(...), a's gradient holds both contributions."""
        arrays = _positive(rng, (2, 3), (2, 3), (3, 2))
        a, b, c = inputs = _tensors(*arrays)

        adapters.run_tensor_backward(a * b + (a.reshape((3, 2)) * c).reshape((2, 3)) * a)

        _assert_gradients(inputs, arrays, lambda x, y, z: x * y + (x.reshape(3, 2) * z).reshape(2, 3) * x)

    def test_it_does_not_share_its_gradient(self):
        """After backward through c = a.reshape(...), another graph with only a in it leaves c's gradient."""
        a = adapters.create_tensor(np.ones((2, 2)))
        c = adapters.run_tensor_reshape(a, (4,))
        _backward_with(c, [1.0, 2.0, 3.0, 4.0])

        adapters.run_tensor_backward(adapters.run_tensor_add(a, a))

        assert_close(adapters.get_tensor_grad(a), np.array([[3.0, 4.0], [5.0, 6.0]]))
        assert_close(adapters.get_tensor_grad(c), np.array([1.0, 2.0, 3.0, 4.0]), hint="a.grad views c.grad")

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradient of a reshaped tensor costs a few forward passes for a thousand numbers."""
        a, weights = rng.uniform(0.5, 2.0, size=(25, 40)), rng.uniform(0.5, 2.0, size=(40, 25))

        expected = [weights.reshape(25, 40)]
        backward_cost.check_tensors(
            adapters, [a], lambda x: adapters.run_tensor_reshape(x, (40, 25)), weights, expected
        )


class TestTensorTranspose:
    """Problem tensor_transpose."""

    def test_swaps_rows_and_columns(self):
        """The transpose of the handout's (2, 3) matrix is the (3, 2) matrix of its columns."""
        a = adapters.create_tensor(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))

        c = adapters.run_tensor_transpose(a)

        assert_close(adapters.get_tensor_data(c), np.array([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]))

    @pytest.mark.parametrize(
        "transpose", [operator.attrgetter("T"), operator.methodcaller("transpose")], ids="Tt"
    )
    def test_the_gradient_is_transposed_back(self, rng, transpose):
        """Through a.T and a.transpose() alike, a's gradient is the transpose of the gradient that arrives."""
        weights = rng.standard_normal((3, 2))
        a = adapters.create_tensor(rng.standard_normal((2, 3)))

        _backward_with(transpose(a), weights)

        assert_close(adapters.get_tensor_grad(a), weights.T)

    def test_a_reshape_reads_the_transposed_order(self, rng):
        """A reshape after a transpose reads the transposed numbers row by row, and so does its gradient."""
        x, weights = rng.standard_normal((2, 3)), rng.standard_normal(6)
        a = adapters.create_tensor(x)
        c = adapters.run_tensor_reshape(adapters.run_tensor_transpose(a), (6,))

        _backward_with(c, weights)

        assert_close(adapters.get_tensor_data(c), x.T.reshape(6))
        assert_close(adapters.get_tensor_grad(a), weights.reshape(3, 2).T)

    def test_another_use_beside_it_counts(self, rng):
        """When one expression uses both a and a.T, a's gradient holds both contributions."""
        arrays = _positive(rng, (3, 3), (3, 3))
        a, b = inputs = _tensors(*arrays)

        adapters.run_tensor_backward(a * b + a.T * a)

        _assert_gradients(inputs, arrays, lambda x, y: x * y + x.T * x)

    def test_it_does_not_share_its_gradient(self):
        """After backward through c = a.T, another graph with only a in it leaves c's gradient."""
        a = adapters.create_tensor(np.ones((2, 2)))
        c = adapters.run_tensor_transpose(a)
        _backward_with(c, [[1.0, 2.0], [3.0, 4.0]])

        adapters.run_tensor_backward(adapters.run_tensor_add(a, a))

        assert_close(adapters.get_tensor_grad(a), np.array([[3.0, 5.0], [4.0, 6.0]]))
        assert_close(
            adapters.get_tensor_grad(c), np.array([[1.0, 2.0], [3.0, 4.0]]), hint="a.grad views c.grad"
        )

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradient of a transposed tensor costs a few forward passes for a thousand numbers."""
        a, weights = rng.uniform(0.5, 2.0, size=(25, 40)), rng.uniform(0.5, 2.0, size=(40, 25))

        backward_cost.check_tensors(adapters, [a], adapters.run_tensor_transpose, weights, [weights.T])
