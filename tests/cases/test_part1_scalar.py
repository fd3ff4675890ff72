"""Part 1, scalar values and basic operations: the results and the records of operations.

Every test draws its numbers. The examples of the handout are checked beside them.
"""

from tests import adapters
from tests.cases.checks import assert_close, assert_equal, assert_operands, assert_operation, assert_origin
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


class TestValueNegSub:
    """Problem value_neg_sub."""

    def test_negation_flips_the_sign(self, rng, worked_example):
        """-Value(5.0) has data -5.0, and negating any number twice gives it back, once does not."""
        (x,) = signed(rng, 1)

        with worked_example():
            assert_close(value_data(adapters.run_neg(adapters.create_value(5.0))), -5.0)

        b = adapters.run_neg(adapters.create_value(x))
        assert_close(value_data(b), -x)
        assert_close(value_data(-b), x)

    def test_one_value_is_subtracted_from_another(self, rng, worked_example):
        """Value(5.0) - Value(3.0) has data 2.0, and so it is with any signs and fractions."""
        x, y = rng.uniform([1, -10], [10, -1]).tolist()
        a, b = values(x, y)

        with worked_example():
            assert_close(value_data(adapters.run_sub(*values(5.0, 3.0))), 2.0)

        assert_close(value_data(a - b), x - y)
        assert_close(value_data(b - a), y - x)

    def test_a_number_may_stand_on_the_right(self, rng):
        """Writing a - 3 works: the second operand may be a plain int or float."""
        x, y = signed(rng, 2)
        n = whole(rng)

        c = adapters.run_sub(adapters.create_value(x) - n, y)

        assert_close(value_data(c), x - n - y)

    def test_a_number_may_stand_on_the_left(self, rng):
        """3 - a is 3 minus a, not a minus 3."""
        x, y = signed(rng, 2)
        n = whole(rng)

        c = adapters.run_sub(y, n - adapters.create_value(x))

        assert_close(value_data(c), y - (n - x))

    def test_negation_and_subtraction_record_where_they_come_from(self, rng):
        """-a and a - b have one or two operands in their _prev and an _op that is a name."""
        x, y, z = signed(rng, 3)
        a, b, foreign = values(x, y, z)

        c = adapters.run_neg(adapters.run_sub(a, b))
        d = adapters.run_sub(c, b)

        assert_origin(c, d, foreign)
        assert_origin(d, foreign)
        assert_close(value_data(d), y - x - y)

    def test_negating_and_subtracting_leave_the_operands_as_they_are(self, rng):
        """Neither -a nor a - b changes a or b."""
        x, y = signed(rng, 2)
        a, b = values(x, y)

        adapters.run_neg(a)
        adapters.run_sub(a, b)

        assert_close(value_data(a), x)
        assert_close(value_data(b), y)


class TestValuePow:
    """Problem value_pow."""

    def test_a_value_is_raised_to_a_power(self, rng, worked_example):
        """Value(2.0) ** 3 has data 8.0, and other whole powers are right as well."""
        (x,) = signed(rng, 1, 1.5, 3.0)
        n = whole(rng, 2, 6)

        with worked_example():
            assert_close(value_data(adapters.run_pow(adapters.create_value(2.0), 3)), 8.0)

        assert_close(value_data(adapters.create_value(x) ** n), x**n)

    def test_the_exponent_may_be_a_fraction(self, rng):
        """The power a ** 0.5 is the square root of a, and other fractions will do as well."""
        large, small, n = rng.uniform([2, 0.2, 0.3], [9, 0.8, 0.7]).tolist()

        c, d = (adapters.run_pow(base, n) for base in values(large, small))

        assert_close(value_data(c), large**n)
        assert_close(value_data(d), small**n)

    def test_the_exponent_may_be_negative(self, rng):
        """The power a ** -2 is 1 / (a * a), also for a Value made from an int."""
        x = whole(rng, 2, 1_000)
        n = whole(rng, 1, 4)

        c = adapters.run_pow(adapters.create_value(x), -n)

        assert_close(value_data(c), 1 / x**n, atol=0)

    def test_the_exponent_may_be_zero_or_one(self, rng):
        """Any a ** 0 is 1, and a ** 1 is a."""
        x = rng.uniform(-9, -2)
        a = adapters.create_value(x)

        assert_close(value_data(adapters.run_pow(a, 0)), 1.0)
        assert_close(value_data(adapters.run_pow(a, 1)), x)

    def test_the_base_may_be_negative(self, rng):
        """A negative base gives a positive square and a negative cube."""
        x = rng.uniform(-3, -1.5)
        a = adapters.create_value(x)

        assert_close(value_data(adapters.run_pow(a, 2)), x**2)
        assert_close(value_data(adapters.run_pow(a, 3)), x**3)

    def test_the_power_records_its_operand(self, rng):
        """The power a ** 3 has a in its _prev, with at most the 3 as a Value, and an _op that is a name."""
        (x,) = signed(rng, 1, 1.5, 3.0)
        n = whole(rng, 2, 6)
        a = adapters.create_value(x)

        c = adapters.run_pow(a, n)

        assert_operands(c, a, number=n)
        assert_operation(c)
        assert_close(value_data(c), x**n)

    def test_raising_leaves_the_operand_as_it_is(self, rng):
        """Raising a ** 3 does not change a."""
        (x,) = signed(rng, 1)
        a = adapters.create_value(x)

        adapters.run_pow(a, 3)

        assert_close(value_data(a), x)


class TestValueDiv:
    """Problem value_div."""

    def test_one_value_is_divided_by_another(self, rng, worked_example):
        """Value(6.0) / Value(2.0) has data 3.0, and other quotients are right as well."""
        x, y = signed(rng, 2)

        with worked_example():
            assert_close(value_data(adapters.run_div(*values(6.0, 2.0))), 3.0)

        c = adapters.run_div(*values(x, y))
        assert_close(value_data(c), x / y)

    def test_any_numbers_divide(self, rng):
        """The quotient a / b has data a.data / b.data, for any signs and fractions."""
        x, y = rng.uniform(1, 10, size=2).tolist()
        a, b, one = values(-x, y, 1.0)

        c = a / b

        assert_close(value_data(c), -x / y)
        assert_close(value_data(c / one), -x / y)

    def test_a_number_may_stand_on_the_right(self, rng):
        """Writing a / 4 works: the second operand may be a plain int or float."""
        x, y = signed(rng, 2)
        n = whole(rng)

        c = adapters.run_div(adapters.create_value(x) / n, y)

        assert_close(value_data(c), x / n / y)

    def test_a_number_may_stand_on_the_left(self, rng):
        """3 / a is 3 divided by a, not a divided by 3."""
        x, y = signed(rng, 2)
        n = whole(rng)

        c = adapters.run_div(y, n / adapters.create_value(x))

        assert_close(value_data(c), y / (n / x))

    def test_values_made_from_ints_divide_to_a_fraction(self, rng):
        """Value(7) / Value(2) has data 3.5: nothing is rounded down."""
        y = whole(rng, 3, 1_000)
        x = y * whole(rng) + whole(rng, 1, y)

        c = adapters.run_div(*values(x, y))

        assert_close(value_data(c), x / y)

    def test_the_quotient_records_where_it_comes_from(self, rng):
        """The quotient a / b has one or two operands in its _prev and an _op that is a name."""
        x, y, z = signed(rng, 3)
        a, b, foreign = values(x, y, z)

        c = adapters.run_div(a, b)

        assert_origin(c, foreign)
        assert_close(value_data(c), x / y)

    def test_dividing_leaves_the_operands_as_they_are(self, rng):
        """Dividing a / b changes neither a nor b."""
        x, y = signed(rng, 2)
        a, b = values(x, y)

        adapters.run_div(a, b)

        assert_close(value_data(a), x)
        assert_close(value_data(b), y)
