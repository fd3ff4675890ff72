"""Mistakes in the rules of operations that go element by element."""

import numpy as np

from tests.cases.diagnosis.mistakes import Cause, Local, elementwise

OWN_FACTOR = Cause("own_factor", "Each factor gets the gradient times the other factor, not times itself.")
WRONG_END = Cause(
    "derivative_at_the_wrong_end",
    "The derivative is taken at the wrong end: exp and tanh have theirs by the result, log by the input.",
)
POWER = "the derivative of x ** n is n * x ** (n - 1)"
ELEMENTS = (
    Local(
        Cause("product_rule_for_sum", "The slope of a sum is 1 for each operand, without any factor."),
        elementwise(lambda x, y, _z, g, _p: g * y * np.ones_like(x)),
        ("+",),
    ),
    Local(OWN_FACTOR, elementwise(lambda x, _y, _z, g, _p: g * x), ("*",)),
    Local(
        Cause("product_as_slope", "The slope of a product is the other factor, not the product."),
        elementwise(lambda _x, _y, z, g, _p: g * z),
        ("*",),
    ),
    Local(
        Cause("exponent_not_lowered", f"The exponent stays as it was: {POWER}."),
        elementwise(lambda x, n, _z, g, p: None if p else g * n * x**n),
        ("**",),
    ),
    Local(
        Cause("exponent_exchanged", f"The factor is n and the exponent n - 1, not the other way: {POWER}."),
        elementwise(lambda x, n, _z, g, p: None if p else g * (n - 1) * x**n),
        ("**",),
    ),
    Local(
        Cause("exponent_factor_missing", f"The factor n is missing: {POWER}."),
        elementwise(lambda x, n, _z, g, p: None if p else g * x ** (n - 1)),
        ("**",),
    ),
    Local(
        Cause("exponent_lowered_first", f"The factor is the exponent before it is lowered: {POWER}."),
        elementwise(lambda x, n, _z, g, p: None if p else g * (n - 1) * x ** (n - 1)),
        ("**",),
    ),
    Local(
        Cause("power_without_base", f"The base is missing, or has no exponent: {POWER}."),
        elementwise(lambda x, n, _z, g, p: None if p else g * n * x),
        ("**",),
    ),
    Local(
        Cause("wrong_sign", "The gradient of b in a / b is -a / b ** 2: the minus is missing."),
        elementwise(lambda x, _y, z, g, p: g * z / x if p else None),
        ("/",),
    ),
    Local(
        Cause("divisor_not_squared", "The gradient of b in a / b is -a / b ** 2: the square is missing."),
        elementwise(lambda _x, _y, z, g, p: -g * z if p else None),
        ("/",),
    ),
    Local(
        Cause("numerator_missing", "The gradient of b in a / b is -a / b ** 2: the a is missing."),
        elementwise(lambda x, _y, _z, g, p: -g / x**2 if p else None),
        ("/",),
    ),
    Local(
        Cause("divided_the_wrong_way", "The gradient of a in a / b is 1 / b, not b."),
        elementwise(lambda _x, y, _z, g, p: None if p else g * y),
        ("/",),
    ),
    Local(
        Cause("power_rule_for_exp", "exp is its own derivative; the rule of powers is for x ** n."),
        elementwise(lambda x, _y, _z, g, _p: g * x * np.exp(x - 1)),
        ("exp",),
    ),
    Local(WRONG_END, elementwise(lambda x, _y, _z, g, _p: g * x), ("exp",)),
    Local(WRONG_END, elementwise(lambda _x, _y, z, g, _p: g / z), ("log",)),
    Local(WRONG_END, elementwise(lambda x, _y, _z, g, _p: g * (1 - x**2)), ("tanh",)),
    Local(WRONG_END, elementwise(lambda _x, _y, z, g, _p: g * np.exp(z)), ("exp",)),
    Local(WRONG_END, elementwise(lambda _x, _y, z, g, _p: g * (1 - np.tanh(z) ** 2)), ("tanh",)),
    Local(
        Cause("reciprocal_forgotten", "The derivative of log(x) is 1 / x, not x."),
        elementwise(lambda x, _y, _z, g, _p: g * x),
        ("log",),
    ),
    Local(
        Cause("square_missing", "The derivative of tanh is 1 - tanh(x) ** 2: the square is missing."),
        elementwise(lambda _x, _y, z, g, _p: g * (1 - z)),
        ("tanh",),
    ),
    Local(
        Cause("sigmoid_slope", "z * (1 - z) is the derivative of the sigmoid; that of tanh is 1 - z ** 2."),
        elementwise(lambda _x, _y, z, g, _p: g * z * (1 - z)),
        ("tanh",),
    ),
    Local(
        Cause("one_minus_forgotten", "The derivative of tanh is 1 - tanh(x) ** 2: the 1 - is missing."),
        elementwise(lambda _x, _y, z, g, _p: g * z**2),
        ("tanh",),
    ),
    Local(
        Cause("plus_for_minus", "The derivative of tanh is 1 - tanh(x) ** 2, with a minus."),
        elementwise(lambda _x, _y, z, g, _p: g * (1 + z**2)),
        ("tanh",),
    ),
    Local(
        Cause("relu_slope_at_zero", "The slope of relu at exactly 0 is 0: compare with >, not with >=."),
        elementwise(lambda x, _y, _z, g, _p: g * (x >= 0)),
        ("relu",),
    ),
    Local(
        Cause("relu_slope_at_zero", "The slope of relu at exactly 0 is 0, no other number."),
        elementwise(lambda x, _y, _z, g, _p: g * ((x > 0) + 0.5 * (np.abs(x) <= 0))),
        ("relu",),
    ),
    Local(
        Cause("relu_value_as_slope", "The slope of relu is 1 where x is positive, not x."),
        elementwise(lambda _x, _y, z, g, _p: g * z),
        ("relu",),
    ),
    Local(
        Cause("relu_passes_everything", "The gradient stops where the input of relu is negative."),
        elementwise(lambda _x, _y, _z, g, _p: g),
        ("relu",),
    ),
    Local(
        Cause("relu_looks_at_the_gradient", "relu asks whether its input is positive, not the gradient."),
        elementwise(lambda _x, _y, _z, g, _p: np.maximum(g, 0)),
        ("relu",),
    ),
    Local(
        Cause("relu_the_wrong_way", "The gradient passes where the input of relu is positive."),
        elementwise(lambda x, _y, _z, g, _p: g * (x < 0)),
        ("relu",),
    ),
)
