"""An error of an operation names the operation and its values or shapes."""

import numpy as np
import pytest
from smulgrad.engine import Tensor, Value
from smulgrad.nn import check_gradients, cross_entropy


@pytest.mark.parametrize(
    ("act", "error", "words"),
    [
        (lambda: Value(-2.0).log(), ValueError, ["log", "-2.0"]),
        (lambda: Value(0.0).log(), ValueError, ["log", "0.0"]),
        (lambda: Value(0.0) ** -1, ZeroDivisionError, ["**", "-1"]),
        (lambda: Value(-8.0) ** 0.5, ValueError, ["**", "-8.0", "0.5"]),
        (lambda: Value(2.0) ** Value(3.0), TypeError, ["**", "exponent", "Value"]),
        (lambda: Value(2.0) / 0, ZeroDivisionError, ["/", "2.0"]),
        (lambda: 1 / Value(0.0), ZeroDivisionError, ["/", "1"]),
        (lambda: Value(1000.0).exp(), OverflowError, ["exp", "1000.0"]),
        (lambda: Tensor([1.0, -1.0]).log(), ValueError, ["log", "-1.0", "(2,)"]),
        (lambda: Tensor([0.0]) ** -1, ZeroDivisionError, ["**", "-1", "(1,)"]),
        (lambda: Tensor([2.0]) ** Tensor([2.0]), TypeError, ["**", "Tensor"]),
        (lambda: Tensor([4.0, -9.0]) ** 0.5, ValueError, ["**", "-9.0", "0.5", "(2,)"]),
        (lambda: Tensor([1.0, 2.0]) + Tensor([1.0, 2.0, 3.0]), ValueError, ["+", "(2,)", "(3,)"]),
        (lambda: Tensor(np.ones((2, 3))) @ Tensor(np.ones((2, 3))), ValueError, ["@", "(2, 3)"]),
        (lambda: Tensor(np.ones(6)).reshape(4, 2), ValueError, ["reshape", "(6,)", "(4, 2)"]),
        (lambda: Tensor(np.ones((2, 3))).sum(axis=2), ValueError, ["sum", "axis 2", "(2, 3)"]),
        (lambda: Tensor(np.zeros(0)).max(), ValueError, ["max", "(0,)"]),
        (lambda: Tensor(np.ones((2, 3))).transpose((0, 2)), ValueError, ["transpose", "(0, 2)", "(2, 3)"]),
        (lambda: Tensor(2.0) @ Tensor([1.0]), ValueError, ["@", "()", "(1,)"]),
        (lambda: cross_entropy(Tensor(np.ones((4, 3))), np.ones(4)), ValueError, ["(4, 3)", "(4,)"]),
        (lambda: check_gradients(Tensor.sum, Tensor([1.0, 2.0]), stacked=True), ValueError, ["stack", "()"]),
        (lambda: setattr(Tensor([1.0]), "grad", np.ones(3)), ValueError, ["grad", "(3,)", "(1,)"]),
    ],
)
def test_errors_name_the_operation_and_the_values(act, error, words):
    """An impossible operation raises an error that names it and the values or shapes."""
    with pytest.raises(error) as raised:
        act()

    assert all(word in str(raised.value) for word in words), str(raised.value)
