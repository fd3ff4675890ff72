"""How the cases read a node, and how they go backward themselves."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from tests.cases.binding import NAME
from tests.cases.checks import Mismatch
from tests.cases.own_sweep import MOST_NODES, pull_back
from tests.cases.reading import Reader, in_type_of


@pytest.fixture
def adapters(monkeypatch):
    """Return the module that stands for a submission's adapters."""
    module = ModuleType(NAME)
    monkeypatch.setitem(sys.modules, NAME, module)
    return module


def stub(_node):
    """Stand for an adapter as the template has it."""
    raise NotImplementedError("get: not written yet")


def broken(_node):
    """Stand for an adapter with a mistake."""
    raise AttributeError("no such thing")


READ = Reader("get", "data")
NODE = SimpleNamespace(data=3.0)


def test_a_written_adapter_reads(adapters):
    """The adapter's value counts, not the attribute's."""
    adapters.get = lambda node: node.data + 1

    assert READ(NODE) == 4.0
    assert READ.of_all([NODE, NODE]) == [4.0, 4.0]


@pytest.mark.parametrize("written", [{}, {"get": stub}], ids=["missing", "stub"])
def test_without_the_adapter_the_attribute_is_read(adapters, written):
    """A missing adapter and a stub leave the attribute to read, one node or many."""
    vars(adapters).update(written)

    assert READ(NODE) == 3.0
    assert READ.of_all([NODE, NODE]) == [3.0, 3.0]


def test_a_broken_adapter_is_not_passed_over(adapters):
    """An adapter that raises anything else fails the test, though the attribute is there."""
    adapters.get = broken

    with pytest.raises(AttributeError, match="no such thing"):
        READ(NODE)


def test_an_operation_before_the_read_that_is_not_written_is_no_reason_to_read_the_attribute(adapters):
    """In grading an operation raises with the next read; asked again, the adapter answers."""
    answers = iter([NotImplementedError("run_tanh: not written yet"), 3.0])

    def get(_node):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    adapters.get = get

    with pytest.raises(NotImplementedError, match="run_tanh"):
        READ(NODE)


def test_the_first_reason_is_told_when_the_attribute_is_missing_too(adapters):
    """The student reads about the adapter, not about an attribute of nothing."""
    adapters.get = stub

    with pytest.raises(NotImplementedError, match="not written yet"):
        READ(None)


def test_an_assigned_array_has_the_type_of_the_tensor(adapters):
    """An engine in float32 gets float32, and something without a type gets the array as it is."""
    adapters.get_tensor_data = lambda tensor: tensor
    array = np.ones(2)

    assert in_type_of(np.ones(2, dtype=np.float32), array).dtype == np.float32
    assert in_type_of([1.0, 1.0], array).dtype == np.float64


class Node:
    """A node that adds its gradient to its operands, times two, and counts how often it does."""

    def __init__(self, *operands):
        self._prev, self.grad, self.calls = list(operands), 0.0, 0

    def _backward(self):
        self.calls += 1
        for operand in self._prev:
            if isinstance(operand, Node):
                operand.grad += 2 * self.grad


def test_a_sweep_of_the_tests_own_visits_consumers_first():
    """A node used at two depths passes on the sum of both, once; leaves and plain numbers pass on nothing."""
    leaf = Node()
    middle = Node(leaf, 3)
    top = Node(Node(middle), middle)

    pull_back(top, 1.0)

    assert (middle.grad, leaf.grad) == (6.0, 12.0)
    assert (middle.calls, leaf.calls) == (1, 0)


def test_a_graph_without_end_is_refused():
    """A `_prev` that makes new nodes at each look ends the test."""

    class Endless:
        @property
        def _prev(self):
            return [Endless()]

    with pytest.raises(Mismatch, match="too many nodes") as caught:
        pull_back(Endless(), 1.0)

    assert str(MOST_NODES) in caught.value.actual
