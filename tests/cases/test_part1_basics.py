"""Part 1, scalar values, addition and multiplication: the results and the records of operations.

Every test draws its numbers. The examples of the handout are checked beside them.
"""

from tests import adapters
from tests.cases.checks import assert_close, assert_equal, assert_operands, assert_operation
from tests.cases.reading import value_data, value_grad
from tests.cases.scalars import signed, values, whole


class TestValueCreation:
    """Problem value_creation."""

    def test_a_value_holds_its_number(self, rng, worked_example):
        """Value(3.0) has data 3.0, and any other Value its own number, by the adapter and as an attribute."""
        (x,) = signed(rng, 1)

        with worked_example():
            assert_close(value_data(adapters.create_value(3.0)), 3.0)

        assert_close(adapters.create_value(x).data, x)

    def test_a_new_value_has_gradient_zero(self, rng):
        """A new Value has grad 0.0, for any number."""
        (x,) = signed(rng, 1)
        v = adapters.create_value(x)

        assert_close(value_grad(v), 0.0)
        assert_close(value_data(v), x)

    def test_negative_zero_and_tiny_numbers_are_kept_exactly(self, rng):
        """A Value keeps any number exactly: a negative one, zero, or a very small one."""
        x, y = rng.uniform(2, 9, size=2).tolist()
        negative, zero, tiny = values(-x, 0.0, y * 1e-300)

        assert_close(value_data(negative), -x, rtol=0, atol=0)
        assert_close(value_data(zero), 0.0, rtol=0, atol=0)
        assert_close(value_data(tiny), y * 1e-300, rtol=0, atol=0)

    def test_a_value_made_from_an_int_holds_a_float(self, rng):
        """A Value made from an int, as Value(3), holds a Python float, as 3.0."""
        n = whole(rng, 2, 1_000_000)
        v = adapters.create_value(n)

        data = v.data
        assert isinstance(data, float), "data should be a float: store float(data)"
        assert_close(data, float(n))

    def test_a_new_value_depends_on_nothing(self, rng):
        """A Value that no operation made has an empty _prev, for any number."""
        (x,) = signed(rng, 1)
        v = adapters.create_value(x)

        assert_operands(v)
        assert_close(value_data(v), x)

    def test_each_value_has_a_gradient_of_its_own(self, rng):
        """Setting the gradient of one Value changes that Value and no other."""
        x, gradient = signed(rng, 2)
        a, b = values(x, x)

        b.grad = gradient

        assert_close(value_grad(b), gradient)
        assert_close(value_grad(a), 0.0)


class TestValueAdd:
    """Problem value_add."""

    def test_two_values_add(self, rng, worked_example):
        """Value(2.0) + Value(3.0) has data 5.0, and so it is with any signs and fractions."""
        x, y = rng.uniform([1, -10], [10, -1]).tolist()
        a, b = values(x, y)

        with worked_example():
            assert_close(value_data(adapters.run_add(*values(2.0, 3.0))), 5.0)

        assert_close(value_data(a + b), x + y)

    def test_a_number_may_stand_on_the_right(self, rng, worked_example):
        """Writing a + 3 works: the second operand may be a plain int or float."""
        x, y = signed(rng, 2)
        n = whole(rng)

        with worked_example():
            assert_close(value_data(adapters.create_value(2.0) + 3), 5.0)

        c = adapters.run_add(adapters.create_value(x) + n, y)
        assert_close(value_data(c), x + n + y)

    def test_a_number_may_stand_on_the_left(self, rng, worked_example):
        """3 + a works too: the number may stand on the left, a plain int or float."""
        x, y = signed(rng, 2)
        n = whole(rng)

        with worked_example():
            assert_close(value_data(3 + adapters.create_value(2.0)), 5.0)

        c = adapters.run_add(y, n + adapters.create_value(x))
        assert_close(value_data(c), y + (n + x))

    def test_the_sum_records_its_operands(self, rng):
        """The sum c = a + b has _prev = {a, b}, also when a and b hold the same number."""
        (x,) = signed(rng, 1)
        a, b = values(x, x)

        c = adapters.run_add(a, b)

        assert_operands(c, a, b)
        assert_close(value_data(c), x + x)

    def test_the_sum_records_its_operation(self, rng):
        """The sum c = a + b has _op '+'."""
        x, y = signed(rng, 2)

        c = adapters.run_add(*values(x, y))

        assert_equal(c._op, "+")
        assert_close(value_data(c), x + y)

    def test_the_sum_with_a_number_records_the_value(self, rng):
        """Both a + 3 and 3 + a have a in their _prev, and besides at most the number as a Value."""
        x, y, z = signed(rng, 3)
        a = adapters.create_value(x)

        c = a + y
        d = z + c

        assert_operands(c, a, number=y)
        assert_operands(d, c, number=z)
        assert_close(value_data(d), z + (x + y))

    def test_adding_leaves_the_operands_as_they_are(self, rng):
        """Adding a + b changes neither a nor b."""
        x, y = signed(rng, 2)
        a, b = values(x, y)

        adapters.run_add(a, b)

        assert_close(value_data(a), x)
        assert_close(value_data(b), y)
        assert_operands(a)
        assert_operands(b)

    def test_the_sum_is_a_new_value_with_gradient_zero(self, rng):
        """The sum a + b is a new Value, whose grad is 0.0 for any gradients of a and b."""
        x, gradient = signed(rng, 2)
        a, b = values(x, 0.0)
        a.grad = b.grad = gradient

        c = adapters.run_add(a, b)

        assert c is not a, "a + b should be a new node, not a itself"
        assert_close(value_grad(c), 0.0)
        assert_close(value_data(c), x)

    def test_python_can_sum_a_list_of_values(self, rng):
        """sum([a, b, c]) works, because it starts with 0 + a."""
        numbers = signed(rng, whole(rng, 3, 7))

        total = sum(values(*numbers))

        assert_close(value_data(total), sum(numbers))


class TestValueMul:
    """Problem value_mul."""

    def test_two_values_multiply(self, rng, worked_example):
        """Value(2.0) * Value(3.0) has data 6.0, and so it is with any signs and fractions."""
        x, y = rng.uniform([1, -10], [10, -1]).tolist()
        a, b = values(x, y)

        with worked_example():
            assert_close(value_data(adapters.run_mul(*values(2.0, 3.0))), 6.0)

        assert_close(value_data(a * b), x * y)

    def test_a_number_may_stand_on_the_right(self, rng, worked_example):
        """Writing a * 3 works: the second operand may be a plain int or float."""
        x, y = signed(rng, 2)
        n = whole(rng)

        with worked_example():
            assert_close(value_data(adapters.create_value(2.0) * 3), 6.0)

        c = adapters.run_mul(adapters.create_value(x) * n, y)
        assert_close(value_data(c), x * n * y)

    def test_a_number_may_stand_on_the_left(self, rng, worked_example):
        """3 * a works too: the number may stand on the left, a plain int or float."""
        x, y = signed(rng, 2)
        n = whole(rng)

        with worked_example():
            assert_close(value_data(3 * adapters.create_value(2.0)), 6.0)

        c = adapters.run_mul(y, n * adapters.create_value(x))
        assert_close(value_data(c), y * (n * x))

    def test_the_product_records_its_operands(self, rng):
        """The product c = a * b has _prev = {a, b}, also when one of them is 1."""
        (x,) = signed(rng, 1)
        a, b = values(x, 1.0)

        c = adapters.run_mul(a, b)

        assert_operands(c, a, b)
        assert_close(value_data(c), x)

    def test_the_product_records_its_operation(self, rng):
        """The product c = a * b has an _op that is a name; '*' is the usual one."""
        x, y = signed(rng, 2)

        c = adapters.run_mul(*values(x, y))

        assert_operation(c)
        assert_close(value_data(c), x * y)

    def test_the_product_with_a_number_records_the_value(self, rng):
        """Both a * 3 and 3 * a have a in their _prev, and besides at most the number as a Value."""
        x, y, z = signed(rng, 3)
        a = adapters.create_value(x)

        c = a * y
        d = z * c

        assert_operands(c, a, number=y)
        assert_operands(d, c, number=z)
        assert_close(value_data(d), z * (x * y))

    def test_multiplying_leaves_the_operands_as_they_are(self, rng):
        """Multiplying a * b changes neither a nor b."""
        x, y = signed(rng, 2)
        a, b = values(x, y)

        adapters.run_mul(a, b)

        assert_close(value_data(a), x)
        assert_close(value_data(b), y)
        assert_operands(a)
        assert_operands(b)
