"""Bonus: the graph behind a value, drawn in Graphviz's language DOT."""

import numpy as np
import pytest

from tests import adapters
from tests.cases.checks import Mismatch, assert_close, assert_equal
from tests.cases.dot import numbers_in, parse_picture

DEPTH = 5_000
SHOWN_WITHIN = 0.01


def value(number):
    """Return a new Value."""
    return adapters.create_value(number)


def drawn(node):
    """Return the picture of `node`."""
    return parse_picture(adapters.run_draw_graph(node))


def assert_size(picture, *, nodes, edges):
    """Fail unless a picture has so many nodes and edges."""
    size = f"{len(picture.labels)} nodes and {len(picture.edges)} edges"
    if size != f"{nodes} nodes and {edges} edges":
        raise Mismatch(
            "the picture is not the graph's",
            expected=f"{nodes} nodes and {edges} edges",
            actual=size,
            hint="one node for each Value or Tensor, one edge from each operand to the result",
        )


def node_with(picture, number):
    """Return the name of the one node whose label holds `number`; fail if there is none, or another."""
    names = [name for name, label in picture.labels.items() if holds(label, number)]
    if len(names) != 1:
        shown = " | ".join(picture.labels.values())
        raise Mismatch(f"{len(names)} labels hold {number}", expected="one of them", actual=shown)
    return names[0]


def holds(label, number):
    """Tell whether `number`, perhaps rounded, stands in a label."""
    return any(abs(found - number) < SHOWN_WITHIN for found in numbers_in(label))


class TestDrawGraph:
    """Problem draw_graph."""

    def test_a_leaf_is_one_node(self):
        """A value that was computed from nothing is drawn as one node, without an edge."""
        picture = drawn(value(2.5))

        assert_size(picture, nodes=1, edges=0)

    def test_the_label_of_a_leaf_shows_its_data(self):
        """The node of a leaf with data -2.5 has that number in its label."""
        picture = drawn(value(-2.5))

        node_with(picture, -2.5)

    def test_edges_lead_from_the_operands_to_the_result(self):
        """In the picture of c = a + b one edge leads from a to c, and one from b to c."""
        picture = drawn(adapters.run_add(value(2.5), value(4.5)))

        a, b, c = (node_with(picture, number) for number in (2.5, 4.5, 7.0))
        assert_equal(picture.edges, {(a, c), (b, c)})

    @pytest.mark.parametrize("name", ["add", "mul", "relu", "exp", "tanh"])
    def test_the_label_of_a_result_names_its_operation(self, name):
        """The label of a result holds the name of the operation that made it: its _op."""
        operands = [value(2.5), value(0.5)][: 2 if name in {"add", "mul"} else 1]
        result = getattr(adapters, f"run_{name}")(*operands)

        picture = drawn(result)

        label = picture.labels[picture.ends[0]]
        if result._op not in label:
            raise Mismatch("the label does not name the operation", expected=result._op, actual=label)

    def test_gradients_are_shown_after_backward(self):
        """After backward from c = a * b the label of a shows its data and its gradient, which is b."""
        a, b = value(2.5), value(-3.5)
        c = adapters.run_mul(a, b)
        adapters.run_backward(c)

        picture = drawn(c)

        labels = [picture.labels[name] for name in picture.sources_of(node_with(picture, -8.75))]
        if not any(holds(label, 2.5) and holds(label, -3.5) for label in labels):
            raise Mismatch(
                "no label shows both", expected="data 2.5 and grad -3.5", actual=" | ".join(labels)
            )

    def test_a_value_used_twice_is_drawn_once(self):
        """In d = (a + b) * (a + b), where the sum is one value, four nodes are drawn."""
        c = adapters.run_add(value(2.5), value(4.5))

        picture = drawn(adapters.run_mul(c, c))

        assert_size(picture, nodes=4, edges=3)

    def test_a_diamond_keeps_its_four_corners(self):
        """In exp(a) + tanh(a) the value a is drawn once, with an edge to each of its two consumers."""
        a = value(0.5)

        picture = drawn(adapters.run_add(adapters.run_exp(a), adapters.run_tanh(a)))

        assert_size(picture, nodes=4, edges=4)

    def test_a_ladder_of_shared_values_stays_small(self):
        """Ten doublings x + x, one upon the other, give eleven nodes, not a thousand."""
        x = value(0.5)
        for _ in range(10):
            x = adapters.run_add(x, x)

        picture = drawn(x)

        assert_size(picture, nodes=11, edges=10)

    def test_equal_numbers_are_different_nodes(self):
        """Two leaves that hold the same number are two nodes."""
        picture = drawn(adapters.run_mul(value(2.5), value(2.5)))

        assert_size(picture, nodes=3, edges=2)

    def test_only_what_a_node_was_made_of_is_drawn(self):
        """The picture of c leaves out what was computed from c later, and from its operands."""
        a, b = value(2.5), value(4.5)
        c = adapters.run_add(a, b)
        adapters.run_mul(c, a)

        picture = drawn(c)

        assert_size(picture, nodes=3, edges=2)

    def test_a_chain_of_5000_operations(self):
        """A chain of 5,000 additions is drawn, though it is deeper than Python's recursion limit."""
        a, total = value(0.5), value(0.0)
        for _ in range(DEPTH):
            total = adapters.run_add(total, a)

        picture = drawn(total)

        assert_size(picture, nodes=DEPTH + 2, edges=2 * DEPTH)

    def test_a_graph_of_tensors(self, rng):
        """The graph of sum(relu(x @ w + b)), all Tensors, has seven nodes and six edges."""
        x, w, b = (adapters.create_tensor(rng.standard_normal(shape)) for shape in [(2, 3), (3, 4), (2, 4)])
        scores = adapters.run_tensor_add(adapters.run_matmul(x, w), b)

        picture = drawn(adapters.run_tensor_sum(adapters.run_tensor_relu(scores)))

        assert_size(picture, nodes=7, edges=6)

    def test_large_tensors_are_drawn_too(self, rng):
        """A Tensor of 100 rows is drawn as one node, whatever is written into it."""
        x = adapters.create_tensor(rng.standard_normal((100, 30)))

        picture = drawn(adapters.run_tensor_exp(x))

        assert_size(picture, nodes=2, edges=1)

    def test_drawing_changes_nothing(self):
        """A graph that was drawn still holds its data, and backward through it gives the same gradients."""
        a, b = value(2.5), value(-3.5)
        c = adapters.run_mul(a, b)

        drawn(c)
        adapters.run_backward(c)

        assert_close(adapters.get_value_data(c), -8.75)
        gradients = np.array([adapters.get_value_grad(a), adapters.get_value_grad(b)])
        assert_close(gradients, np.array([-3.5, 2.5]))
