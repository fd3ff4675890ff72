"""Part 4, tensors: arrays with gradients, and operations on each of their numbers."""

import operator

import numpy as np
import pytest

from tests import adapters
from tests.cases.checks import assert_close, assert_operands, assert_operation
from tests.cases.reading import in_type_of, tensor_data, tensor_grad
from tests.cases.tensors import (
    assert_operand_beside,
    create_tensors,
    positive,
    shapes,
    signed,
)


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
