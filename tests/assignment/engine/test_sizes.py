"""The size of a graph: its limit, its cost, and its leftovers."""

import gc
import sys
import tracemalloc

import numpy as np
import pytest
from smulgrad.conv import conv2d
from smulgrad.engine import Tensor, Value
from smulgrad.nn import MLP, cross_entropy
from smulgrad.node import grad

BYTES_PER_NODE = 130
DEFAULT_LIMIT = 1_000  # of Python's recursion


@pytest.fixture
def default_limit():
    """Set the recursion limit to Python's default, whatever the tests before wanted."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(DEFAULT_LIMIT)
    yield
    sys.setrecursionlimit(before)


@pytest.fixture
def collector_off():
    """Collect all garbage and switch the collector off."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("default_limit")
@pytest.mark.parametrize("nodes", [10_000, 100_000, 1_000_000])
def test_a_chain_of_values(nodes):
    """A chain of operations is built, differentiated and freed at the default recursion limit."""
    x = Value(1.0)
    y = x
    for _ in range(nodes):
        y = y + 1

    y.backward()
    del y

    assert x.grad == 1.0


@pytest.mark.usefixtures("default_limit")
@pytest.mark.parametrize("nodes", [10_000, 100_000, 1_000_000])
def test_a_wide_graph_of_values(nodes):
    """One Value that is used half a million times gets the sum of all shares."""
    x, y = Value(1.0), Value(0.0)
    for _ in range(nodes // 2):
        y = y + x * 0.5

    y.backward()

    assert x.grad == 0.5 * (nodes // 2)


@pytest.mark.usefixtures("default_limit")
def test_a_chain_of_tensors_and_its_second_derivative():
    """A chain of 5,000 Tensors is differentiated twice at the default recursion limit."""
    x = Tensor([1.0])
    y = x
    for _ in range(5_000):
        y = y * 1.0
    square = y * y

    first = grad(square, [x], create_graph=True)[0]
    second = grad(first, [x])[0]

    np.testing.assert_array_equal(second, [2.0])


@pytest.mark.usefixtures("default_limit")
def test_paths_without_number():
    """A ladder of 1,000 doublings has 2 ** 1000 paths and is differentiated node by node."""
    x = Value(1.0)
    y = x
    for _ in range(1_000):
        y = (y + y) * 0.5

    y.backward()

    assert x.grad == 1.0


def test_the_memory_of_a_node():
    """A Value that an operation made takes at most 130 bytes, its number and its gradient included."""
    nodes = 10_000
    tracemalloc.start()
    try:
        y = Value(1.0)
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(nodes):
            y = y * 1.0000001
        y.backward()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (after - before) / nodes <= BYTES_PER_NODE


@pytest.mark.usefixtures("collector_off")
@pytest.mark.parametrize("make", [Value, Tensor])
def test_graphs_leave_no_cyclic_garbage(make):
    """A graph is freed by reference counts alone, after backward and after a second derivative."""
    x = make(0.5)
    y = (x * x + 3).tanh() * x.exp() / 2 - (x**3).relu().log()
    y.backward()
    grad(grad(y, [x], create_graph=True)[0], [x])
    y._backward()  # noqa: SLF001 - a part of the handout's contract
    del x, y

    assert gc.collect() == 0


@pytest.mark.usefixtures("collector_off")
def test_networks_leave_no_cyclic_garbage():
    """So is the graph of a convolution and of a network with its loss."""
    rng = np.random.default_rng(0)
    images, weight, bias = (Tensor(rng.normal(size=shape)) for shape in [(2, 1, 4, 4), (2, 1, 3, 3), (2,)])
    scores = MLP(8, 5, 3)(conv2d(images, weight, bias).relu().reshape(2, -1))
    loss = cross_entropy(scores, np.eye(3)[:2])
    loss.backward()
    del images, weight, bias, scores, loss

    assert gc.collect() == 0


def test_grad_keeps_no_array():
    """After grad the graph holds no array but its data: the gradients on the way are freed."""
    x = Tensor(np.ones(100_000))
    middle = x * 2
    loss = (middle * middle).sum()
    tracemalloc.start()
    try:
        grad(loss, [x])
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept < x.data.nbytes / 2
    assert all(node._grad is None for node in (x, middle, loss))  # noqa: SLF001 - it is what is tested
