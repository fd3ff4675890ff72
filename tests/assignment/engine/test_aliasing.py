"""The owner of each array: a change in place of one changes no other."""

import numpy as np
import pytest
from smulgrad.engine import Tensor, Value
from smulgrad.nn import SGD
from smulgrad.node import grad


def pair():
    """Return two Tensors of two numbers."""
    return Tensor([1.0, 2.0]), Tensor([3.0, 4.0])


def test_a_gradient_belongs_to_one_leaf():
    """Changing one gradient in place changes no other's, where a rule passed one array on to all of them."""
    a, b = pair()
    c = a + b
    c.backward()

    a.grad[0] = 100.0
    c.grad[1] = 200.0

    np.testing.assert_array_equal(a.grad, [100.0, 1.0])
    np.testing.assert_array_equal(b.grad, [1.0, 1.0])


def test_the_gradient_of_an_intermediate_belongs_to_it():
    """Changing the gradient of one intermediate in place stays there, and changes no other's."""
    a, b = pair()
    c, d = a * 2, b * 3
    (c + d).backward()

    changed = c.grad
    changed[0] = 100.0

    np.testing.assert_array_equal(c.grad, [100.0, 1.0])
    np.testing.assert_array_equal(d.grad, [1.0, 1.0])


@pytest.mark.parametrize(
    "act",
    [
        lambda a: a.reshape(3, 2),
        lambda a: a.T,
        lambda a: a.sum(),
        lambda a: a.sum(axis=0),
        lambda a: a.mean(axis=1, keepdims=True),
        lambda a: a + np.zeros((4, 2, 3)),
    ],
    ids=["reshape", "transpose", "sum", "sum-of-axis", "mean", "broadcast"],
)
def test_views_do_not_reach_gradients(act):
    """A gradient that comes through a view is an array of its own that may be changed."""
    a = Tensor(np.ones((2, 3)))
    b = act(a)
    b.sum().backward()
    before = b.grad.copy()

    a.grad += 1.0
    a.grad[0, 0] = 7.0

    assert a.grad[0, 0] == 7.0
    np.testing.assert_array_equal(b.grad, before)


def test_an_operand_used_twice():
    """In a + a, a * a and a - a both uses count, and the gradient is one array."""
    a, _ = pair()

    ((a + a) + (a * a) + (a - a)).backward()
    a.grad[0] = 0.0

    np.testing.assert_array_equal(a.grad, [0.0, 2 + 2 * 2.0])


def test_a_gradient_kept_across_zero_grad_stays_as_it_was():
    """An array taken from .grad keeps its numbers through zero_grad and another backward."""
    a, _ = pair()
    (a * a).backward()
    kept = a.grad

    SGD([a]).zero_grad()
    (a * 5).backward()

    np.testing.assert_array_equal(kept, [2.0, 4.0])
    np.testing.assert_array_equal(a.grad, [5.0, 5.0])


def test_an_assigned_gradient_is_not_changed_by_backward():
    """One array assigned to two gradients is added to for each of them apart, and keeps its numbers."""
    a, b = pair()
    zeros = np.zeros(2)
    a.grad = b.grad = zeros

    (a * 2 + b * 3).backward()

    np.testing.assert_array_equal(a.grad, [2.0, 2.0])
    np.testing.assert_array_equal(b.grad, [3.0, 3.0])
    np.testing.assert_array_equal(zeros, [0.0, 0.0])


def test_backward_changes_no_data():
    """Backward leaves the data of operands, constants and results unchanged."""
    a, _ = pair()
    constant = np.array([0.5, 0.25])
    product = a * constant
    data = product.data.copy()

    (product + constant).exp().backward()
    (product * 2).backward()

    np.testing.assert_array_equal(constant, [0.5, 0.25])
    np.testing.assert_array_equal(a.data, [1.0, 2.0])
    np.testing.assert_array_equal(product.data, data)


def test_what_grad_returns_is_each_leaf_s_own():
    """The arrays that grad returns for two leaves are two, where one rule made both."""
    a, b = pair()

    of_a, of_b = grad((a + b).sum(), [a, b])
    of_a += 1.0

    np.testing.assert_array_equal(of_b, [1.0, 1.0])


@pytest.mark.parametrize("make", [Value, Tensor])
def test_backward_twice_adds_the_same_again(make):
    """A second backward adds the same gradients once more, through intermediate nodes as well."""
    a, b = make(2.0), make(3.0)
    c = a * b
    d = c * c

    d.backward()
    d.backward()

    assert [float(node.grad) for node in (a, b, c, d)] == [2 * 36.0, 2 * 24.0, 2 * 12.0, 2 * 1.0]


@pytest.mark.parametrize("make", [Value, Tensor])
def test_backward_of_two_outputs_adds_up(make):
    """Two outputs over shared nodes add their gradients, whichever came first."""
    a = make(2.0)
    c = a * a

    (c * 3).backward()
    (c + a).backward()

    assert float(a.grad) == 3 * 4.0 + 4.0 + 1.0
    assert float(c.grad) == 3.0 + 1.0


def test_gradients_may_be_set_to_none():
    """A gradient that was set to None reads as zeros, and is gathered from zero."""
    a, _ = pair()
    (a * a).backward()

    a.grad = None
    before = a.grad.copy()
    (a * 3).backward()

    np.testing.assert_array_equal(before, [0.0, 0.0])
    np.testing.assert_array_equal(a.grad, [3.0, 3.0])


def test_one_node_s_own_backward():
    """After c.grad = g, c._backward() adds the shares of g to the operands, for each use of them."""
    a, b = pair()
    c = (a * a) + b
    square = next(node for node in c._prev if node is not b)  # noqa: SLF001 - a part of the handout's contract

    c.grad = np.array([1.0, 10.0])
    c._backward()  # noqa: SLF001 - as above
    square._backward()  # noqa: SLF001 - as above

    np.testing.assert_array_equal(b.grad, [1.0, 10.0])
    np.testing.assert_array_equal(a.grad, [2 * 1.0, 2 * 2.0 * 10.0])
