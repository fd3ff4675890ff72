"""Part 1, scalar values and basic operations: what an operation computes and what it records."""

from tests import adapters
from tests.cases.checks import assert_close, assert_equal, assert_operands


def _values(*numbers):
    """Return one fresh Value per number."""
    return [adapters.create_value(number) for number in numbers]


def _assert_depends_on(node, operand):
    """Fail unless `operand` itself is among `node._prev`."""
    found = any(child is operand for child in node._prev)
    assert found, "_prev does not hold the operand that this node was made from"


def _assert_records_its_origin(node):
    """Fail unless `node` has an operand and its operation a name, whichever they are."""
    operands = list(node._prev)
    operation = node._op
    assert operands, "_prev is empty, so backward() could not go on from here"
    assert isinstance(operation, str), "_op should be a string"
    assert operation, "_op is empty, so the node does not say how it was made"


class TestValueCreation:
    """Problem value_creation."""

    def test_a_value_holds_its_number(self):
        """Value(3.0) has data 3.0, read through the adapter and as an attribute."""
        v = adapters.create_value(3.0)

        assert_close(adapters.get_value_data(v), 3.0)
        assert_close(v.data, 3.0)

    def test_a_new_value_has_gradient_zero(self):
        """A new Value has grad 0.0, read through the adapter and as an attribute."""
        v = adapters.create_value(3.0)

        assert_close(adapters.get_value_grad(v), 0.0)
        assert_close(v.grad, 0.0)

    def test_negative_zero_and_tiny_numbers_are_kept_exactly(self):
        """A Value keeps any number exactly: a negative one, zero, or a very small one."""
        negative, zero, tiny = _values(-7.25, 0.0, 1e-300)

        assert_close(adapters.get_value_data(negative), -7.25, rtol=0, atol=0)
        assert_close(adapters.get_value_data(zero), 0.0, rtol=0, atol=0)
        assert_close(adapters.get_value_data(tiny), 1e-300, rtol=0, atol=0)

    def test_a_value_made_from_an_int_holds_a_float(self):
        """Value(3) holds the Python float 3.0, not the int 3."""
        v = adapters.create_value(3)

        data = v.data
        assert isinstance(data, float), "data should be a float: store float(data)"
        assert_close(data, 3.0)

    def test_a_new_value_depends_on_nothing(self):
        """A Value that no operation made has an empty _prev."""
        v = adapters.create_value(3.0)

        assert_operands(v)

    def test_each_value_has_a_gradient_of_its_own(self):
        """Setting the gradient of one Value changes that Value and no other."""
        a, b = _values(2.0, 2.0)

        b.grad = 5.0

        assert_close(adapters.get_value_grad(b), 5.0)
        assert_close(adapters.get_value_grad(a), 0.0)


class TestValueAdd:
    """Problem value_add."""

    def test_two_values_add(self):
        """Value(2.0) + Value(3.0) has data 5.0."""
        a, b = _values(2.0, 3.0)

        c = adapters.run_add(a, b)

        assert_close(adapters.get_value_data(c), 5.0)

    def test_any_numbers_add(self, rng):
        """The sum a + b has data a.data + b.data, whatever the signs and fractions."""
        x, y = rng.uniform(-10, 10, size=2).tolist()
        a, b = _values(x, y)

        c = a + b

        assert_close(adapters.get_value_data(c), x + y)

    def test_a_number_may_stand_on_the_right(self):
        """Writing a + 3 works: the second operand may be a plain int or float."""
        a = adapters.create_value(2.0)

        assert_close(adapters.get_value_data(a + 3), 5.0)
        assert_close(adapters.get_value_data(a + 0.5), 2.5)
        assert_close(adapters.get_value_data(adapters.run_add(a, 3)), 5.0)

    def test_a_number_may_stand_on_the_left(self):
        """3 + a works too: the number may stand on the left."""
        a = adapters.create_value(2.0)

        assert_close(adapters.get_value_data(3 + a), 5.0)
        assert_close(adapters.get_value_data(0.5 + a), 2.5)
        assert_close(adapters.get_value_data(adapters.run_add(3, a)), 5.0)

    def test_the_sum_records_its_operands(self):
        """The sum c = a + b has _prev = {a, b}, also when a and b hold the same number."""
        a, b = _values(2.0, 2.0)

        c = adapters.run_add(a, b)

        assert_operands(c, a, b)

    def test_the_sum_records_its_operation(self):
        """The sum c = a + b has _op '+'."""
        a, b = _values(2.0, 3.0)

        c = adapters.run_add(a, b)

        assert_equal(c._op, "+")

    def test_the_sum_with_a_number_records_the_value(self):
        """Both a + 3 and 3 + a have a in their _prev."""
        a = adapters.create_value(2.0)

        _assert_depends_on(a + 3, a)
        _assert_depends_on(3 + a, a)

    def test_adding_leaves_the_operands_as_they_are(self):
        """Adding a + b changes neither a nor b."""
        a, b = _values(2.0, 3.0)

        adapters.run_add(a, b)

        assert_close(adapters.get_value_data(a), 2.0)
        assert_close(adapters.get_value_data(b), 3.0)
        assert_operands(a)
        assert_operands(b)

    def test_the_sum_is_a_new_value_with_gradient_zero(self):
        """The sum a + b is a new Value, whose grad is 0.0 whatever the gradients of a and b are."""
        a, b = _values(2.0, 0.0)
        a.grad = b.grad = 5.0

        c = adapters.run_add(a, b)

        assert c is not a, "a + b should be a new node, not a itself"
        assert_close(adapters.get_value_grad(c), 0.0)

    def test_python_can_sum_a_list_of_values(self):
        """sum([a, b, c]) works, because it starts with 0 + a."""
        values = _values(1.0, -2.5, 4.0)

        total = sum(values)

        assert_close(adapters.get_value_data(total), 2.5)


class TestValueMul:
    """Problem value_mul."""

    def test_two_values_multiply(self):
        """Value(2.0) * Value(3.0) has data 6.0."""
        a, b = _values(2.0, 3.0)

        c = adapters.run_mul(a, b)

        assert_close(adapters.get_value_data(c), 6.0)

    def test_any_numbers_multiply(self, rng):
        """The product a * b has data a.data * b.data, whatever the signs and fractions."""
        x, y = rng.uniform(-10, 10, size=2).tolist()
        a, b = _values(x, y)

        c = a * b

        assert_close(adapters.get_value_data(c), x * y)

    def test_a_number_may_stand_on_the_right(self):
        """Writing a * 3 works: the second operand may be a plain int or float."""
        a = adapters.create_value(2.0)

        assert_close(adapters.get_value_data(a * 3), 6.0)
        assert_close(adapters.get_value_data(a * -0.5), -1.0)
        assert_close(adapters.get_value_data(adapters.run_mul(a, 3)), 6.0)

    def test_a_number_may_stand_on_the_left(self):
        """3 * a works too: the number may stand on the left."""
        a = adapters.create_value(2.0)

        assert_close(adapters.get_value_data(3 * a), 6.0)
        assert_close(adapters.get_value_data(-0.5 * a), -1.0)
        assert_close(adapters.get_value_data(adapters.run_mul(3, a)), 6.0)

    def test_the_product_records_its_operands(self):
        """The product c = a * b has _prev = {a, b}, also when one of them is 1."""
        a, b = _values(2.0, 1.0)

        c = adapters.run_mul(a, b)

        assert_operands(c, a, b)

    def test_the_product_records_its_operation(self):
        """The product c = a * b has _op '*'."""
        a, b = _values(2.0, 3.0)

        c = adapters.run_mul(a, b)

        assert_equal(c._op, "*")

    def test_the_product_with_a_number_records_the_value(self):
        """Both a * 3 and 3 * a have a in their _prev."""
        a = adapters.create_value(2.0)

        _assert_depends_on(a * 3, a)
        _assert_depends_on(3 * a, a)

    def test_multiplying_leaves_the_operands_as_they_are(self):
        """Multiplying a * b changes neither a nor b."""
        a, b = _values(2.0, 3.0)

        adapters.run_mul(a, b)

        assert_close(adapters.get_value_data(a), 2.0)
        assert_close(adapters.get_value_data(b), 3.0)
        assert_operands(a)
        assert_operands(b)


class TestValueNegSub:
    """Problem value_neg_sub."""

    def test_negation_flips_the_sign(self):
        """-Value(5.0) has data -5.0, and negating it again gives 5.0 back."""
        a = adapters.create_value(5.0)

        b = adapters.run_neg(a)

        assert_close(adapters.get_value_data(b), -5.0)
        assert_close(adapters.get_value_data(-b), 5.0)

    def test_one_value_is_subtracted_from_another(self):
        """Value(5.0) - Value(3.0) has data 2.0."""
        a, b = _values(5.0, 3.0)

        c = adapters.run_sub(a, b)

        assert_close(adapters.get_value_data(c), 2.0)

    def test_any_numbers_subtract(self, rng):
        """The difference a - b has data a.data - b.data, whatever the signs and fractions."""
        x, y = rng.uniform(-10, 10, size=2).tolist()
        a, b = _values(x, y)

        c = a - b

        assert_close(adapters.get_value_data(c), x - y)

    def test_a_number_may_stand_on_the_right(self):
        """Writing a - 3 works: the second operand may be a plain int or float."""
        a = adapters.create_value(2.0)

        assert_close(adapters.get_value_data(a - 3), -1.0)
        assert_close(adapters.get_value_data(a - 0.5), 1.5)
        assert_close(adapters.get_value_data(adapters.run_sub(a, 3)), -1.0)

    def test_a_number_may_stand_on_the_left(self):
        """3 - a is 3 minus a, not a minus 3."""
        a = adapters.create_value(2.0)

        assert_close(adapters.get_value_data(3 - a), 1.0)
        assert_close(adapters.get_value_data(0.5 - a), -1.5)
        assert_close(adapters.get_value_data(adapters.run_sub(3, a)), 1.0)

    def test_negation_and_subtraction_record_where_they_come_from(self):
        """-a and a - b have a _prev that is not empty and an _op that is a name."""
        a, b = _values(5.0, 3.0)

        _assert_records_its_origin(adapters.run_neg(a))
        _assert_records_its_origin(adapters.run_sub(a, b))

    def test_negating_and_subtracting_leave_the_operands_as_they_are(self):
        """Neither -a nor a - b changes a or b."""
        a, b = _values(5.0, 3.0)

        adapters.run_neg(a)
        adapters.run_sub(a, b)

        assert_close(adapters.get_value_data(a), 5.0)
        assert_close(adapters.get_value_data(b), 3.0)


class TestValuePow:
    """Problem value_pow."""

    def test_a_value_is_raised_to_a_power(self):
        """Value(2.0) ** 3 has data 8.0."""
        a = adapters.create_value(2.0)

        assert_close(adapters.get_value_data(adapters.run_pow(a, 3)), 8.0)
        assert_close(adapters.get_value_data(a**3), 8.0)

    def test_the_exponent_may_be_a_fraction(self):
        """The power a ** 0.5 is the square root of a."""
        a = adapters.create_value(6.25)

        c = adapters.run_pow(a, 0.5)

        assert_close(adapters.get_value_data(c), 2.5)

    def test_the_exponent_may_be_negative(self):
        """The power a ** -2 is 1 / (a * a), also for a Value made from an int."""
        a = adapters.create_value(2)

        c = adapters.run_pow(a, -2)

        assert_close(adapters.get_value_data(c), 0.25)

    def test_the_exponent_may_be_zero_or_one(self):
        """Any a ** 0 is 1, and a ** 1 is a."""
        a = adapters.create_value(-2.5)

        assert_close(adapters.get_value_data(adapters.run_pow(a, 0)), 1.0)
        assert_close(adapters.get_value_data(adapters.run_pow(a, 1)), -2.5)

    def test_the_base_may_be_negative(self):
        """A negative base gives a positive square and a negative cube."""
        a = adapters.create_value(-3.0)

        assert_close(adapters.get_value_data(adapters.run_pow(a, 2)), 9.0)
        assert_close(adapters.get_value_data(adapters.run_pow(a, 3)), -27.0)

    def test_the_power_records_its_operand(self):
        """The power a ** 3 has a in its _prev, and an _op that is a name."""
        a = adapters.create_value(2.0)

        c = adapters.run_pow(a, 3)

        _assert_depends_on(c, a)
        _assert_records_its_origin(c)

    def test_raising_leaves_the_operand_as_it_is(self):
        """Raising a ** 3 does not change a."""
        a = adapters.create_value(2.0)

        adapters.run_pow(a, 3)

        assert_close(adapters.get_value_data(a), 2.0)


class TestValueDiv:
    """Problem value_div."""

    def test_one_value_is_divided_by_another(self):
        """Value(6.0) / Value(2.0) has data 3.0."""
        a, b = _values(6.0, 2.0)

        c = adapters.run_div(a, b)

        assert_close(adapters.get_value_data(c), 3.0)

    def test_any_numbers_divide(self, rng):
        """The quotient a / b has data a.data / b.data, whatever the signs and fractions."""
        x, y = rng.uniform(1, 10, size=2).tolist()
        a, b = _values(-x, y)

        c = a / b

        assert_close(adapters.get_value_data(c), -x / y)

    def test_a_number_may_stand_on_the_right(self):
        """Writing a / 4 works: the second operand may be a plain int or float."""
        a = adapters.create_value(2.0)

        assert_close(adapters.get_value_data(a / 4), 0.5)
        assert_close(adapters.get_value_data(a / 0.5), 4.0)
        assert_close(adapters.get_value_data(adapters.run_div(a, 4)), 0.5)

    def test_a_number_may_stand_on_the_left(self):
        """3 / a is 3 divided by a, not a divided by 3."""
        a = adapters.create_value(2.0)

        assert_close(adapters.get_value_data(3 / a), 1.5)
        assert_close(adapters.get_value_data(0.5 / a), 0.25)
        assert_close(adapters.get_value_data(adapters.run_div(3, a)), 1.5)

    def test_values_made_from_ints_divide_to_a_fraction(self):
        """Value(7) / Value(2) has data 3.5: nothing is rounded down."""
        a, b = _values(7, 2)

        c = adapters.run_div(a, b)

        assert_close(adapters.get_value_data(c), 3.5)

    def test_the_quotient_records_where_it_comes_from(self):
        """The quotient a / b has a _prev that is not empty and an _op that is a name."""
        a, b = _values(6.0, 2.0)

        c = adapters.run_div(a, b)

        _assert_records_its_origin(c)

    def test_dividing_leaves_the_operands_as_they_are(self):
        """Dividing a / b changes neither a nor b."""
        a, b = _values(6.0, 2.0)

        adapters.run_div(a, b)

        assert_close(adapters.get_value_data(a), 6.0)
        assert_close(adapters.get_value_data(b), 2.0)
