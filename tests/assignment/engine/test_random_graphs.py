"""Graphs that nobody thought of: random operations, shapes, broadcasting and reuse, against differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from smulgrad.engine import Tensor, Value
from smulgrad.node import grad

from tests.assignment.engine.operations import along

SHAPES = [(), (3,), (1, 3), (2, 1), (2, 3), (2, 2, 3)]
UNARY = {
    "neg": lambda x: -x,
    "tanh": lambda x: x.tanh(),
    "exp": lambda x: x.tanh().exp(),
    "log": lambda x: (x * x + 1.5).log(),
    "square": lambda x: x**2 * 0.5,
    "scaled": lambda x: 0.5 - x / 3,
}
OF_ARRAYS = {
    "sum": lambda x: x.sum(axis=-1, keepdims=True) if x.ndim else x.sum(),
    "mean": lambda x: x.mean(axis=0) if x.ndim else x.mean(),
    "flat": lambda x: x.reshape(-1).sum(),
    "there_and_back": lambda x: x.T.T,
    "gram": lambda x: (x @ x.swapaxes(-1, -2)).mean() if x.ndim > 1 else x * x,
    "by_itself": lambda x: x @ x if x.ndim == 1 else x,
}
BINARY = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / (y * y + 1),
}
PLACE = st.integers(0, 30)  # of an operand among all that were made, counted round and round
STEPS_OF_VALUES = st.lists(
    st.tuples(st.sampled_from([*UNARY, *BINARY]), PLACE, PLACE), min_size=1, max_size=12
)
STEPS = st.lists(
    st.tuples(st.sampled_from([*UNARY, *OF_ARRAYS, *BINARY]), PLACE, PLACE), min_size=1, max_size=12
)


def built(steps, leaves):
    """Return the sum of all nodes that `steps` make, one upon the other, out of `leaves`."""
    nodes = list(leaves)
    for name, i, j in steps:
        x, y = nodes[i % len(nodes)], nodes[j % len(nodes)]
        nodes.append(BINARY[name](x, y) if name in BINARY else (UNARY | OF_ARRAYS)[name](x))
    return nodes


def loss_of(steps):
    """Return a function of leaves: a number in which every node of the graph takes part."""
    return lambda *leaves: sum(node.mean().tanh() for node in built(steps, leaves)).tanh()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(steps=STEPS, shapes=st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3), order=st.integers(1, 3))
def test_derivatives_of_any_graph_agree_with_differences(steps, shapes, order):
    """Along random directions a derivative is the difference of two of the order below."""
    rng = np.random.default_rng(len(steps))
    arrays = [rng.uniform(-1, 1, shape) for shape in shapes]
    *before, last = [[rng.normal(size=shape) for shape in shapes] for _ in range(order)]
    loss = loss_of(steps)

    def moved(step):
        return [Tensor(array + step * v) for array, v in zip(arrays, last, strict=True)]

    found = along(loss, moved(0.0), [*before, last])

    difference = (along(loss, moved(1e-5), before) - along(loss, moved(-1e-5), before)) / 2e-5
    assert found == pytest.approx(difference, rel=1e-4, abs=1e-5)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(steps=STEPS, shapes=st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3))
def test_backward_and_grad_say_the_same(steps, shapes):
    """Backward fills in the gradients that grad returns, as arrays or nodes; a second pass doubles them."""
    rng = np.random.default_rng(len(steps))
    leaves = [Tensor(rng.uniform(-1, 1, shape)) for shape in shapes]
    loss = loss_of(steps)(*leaves)

    arrays, nodes = grad(loss, leaves), grad(loss, leaves, create_graph=True)
    loss.backward()
    once = [leaf.grad.copy() for leaf in leaves]
    loss.backward()

    for leaf, first, array, node in zip(leaves, once, arrays, nodes, strict=True):
        assert first.shape == leaf.shape
        np.testing.assert_allclose(array, first)
        np.testing.assert_allclose(node.data, first)
        np.testing.assert_allclose(leaf.grad, 2 * first)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(steps=STEPS_OF_VALUES, numbers=st.lists(st.floats(-1, 1), min_size=1, max_size=3))
def test_values_and_tensors_of_one_number_agree(steps, numbers):
    """A graph of Values has the numbers and gradients of the same graph of 0-d Tensors."""
    values, tensors = [Value(x) for x in numbers], [Tensor(x) for x in numbers]

    of_values, of_tensors = (sum(built(steps, leaves)) for leaves in (values, tensors))
    of_values.backward()
    of_tensors.backward()

    assert of_values.data == pytest.approx(float(of_tensors.data))
    assert [v.grad for v in values] == pytest.approx([float(t.grad) for t in tensors])
