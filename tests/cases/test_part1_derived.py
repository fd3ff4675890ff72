"""Part 1, negation, subtraction, powers and division: the results and the records of operations.

Every test draws its numbers. The examples of the handout are checked beside them.
"""

from tests import adapters
from tests.cases.checks import assert_close, assert_operands, assert_operation, assert_origin
from tests.cases.reading import value_data
from tests.cases.scalars import signed, values, whole


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
