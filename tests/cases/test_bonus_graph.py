"""Bonus: the graph behind a value, drawn in Graphviz's language DOT."""

import numpy as np
import pytest

from tests import adapters
from tests.cases.checks import Mismatch, assert_close, assert_equal
from tests.cases.dot import numbers_in, parse_picture
from tests.cases.reading import value_data, value_grad

SHOWN_WITHIN = 0.06  # three digits, or one after the point, will do


def value(number):
    """Return a new Value."""
    return adapters.create_value(float(number))


def far_apart(rng, count, least=10, most=90):
    """Return drawn numbers of which no two, nor any two of their sizes, are shown alike."""
    step = (most - least) / count
    return rng.permutation(least + step * (np.arange(count) + rng.uniform(0, 0.9, size=count))).tolist()


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


def result_of(picture):
    """Return the name of the one node from which no edge leads on."""
    ends = picture.labels.keys() - {tail for tail, _ in picture.edges}
    assert_equal(len(ends), 1, hint="one node, the result, has no edge to another one")
    return ends.pop()


def assert_shows(picture, name, number):
    """Fail unless the label of a node holds `number`."""
    label = picture.labels[name]
    if not holds(label, number):
        raise Mismatch("the label does not show the data", expected=f"{number:.4g}", actual=label)


def assert_edges(picture, *edges):
    """Fail unless the picture has exactly these edges, each between two nodes with different numbers."""
    names = {number: node_with(picture, number) for edge in edges for number in edge}
    assert_equal(picture.edges, {(names[tail], names[head]) for tail, head in edges})


def degrees_of(picture):
    """Return for each node how many edges lead to it and how many lead from it, sorted."""
    into, out = dict.fromkeys(picture.labels, 0), dict.fromkeys(picture.labels, 0)
    for tail, head in picture.edges:
        out[tail] += 1
        into[head] += 1
    return sorted((into[name], out[name]) for name in picture.labels)


def assert_degrees(picture, degrees):
    """Fail unless the picture's nodes have as many edges as those of the graph."""
    assert_size(picture, nodes=len(degrees), edges=sum(into for into, _ in degrees))
    assert_equal(degrees_of(picture), sorted(degrees), hint="(edges to it, edges from it) of each node")


def grown(rng, x, shape, most):
    """Return the result of drawn operations on a Tensor, and the degrees of results and other operands.

    There are up to `most` sums and some changes of shape, none of which is made of others in any design. Each
    takes the result of the one before, and nothing is used twice.
    """
    names = ["reshape"] * int(rng.integers(1, 13)) + ["add"] * int(rng.integers(1, most + 1))
    degrees = []
    for name in rng.permutation(names):
        if name == "reshape":
            x = adapters.run_tensor_reshape(x, shape)
            degrees.append((1, 1))
        else:
            x = adapters.run_tensor_add(x, adapters.create_tensor(rng.normal(size=shape)))
            degrees += [(0, 1), (2, 1)]
    return x, degrees


def holds(label, number):
    """Tell whether `number`, perhaps rounded, stands in a label."""
    return any(abs(found - number) < SHOWN_WITHIN for found in numbers_in(label))


class TestDrawGraph:
    """Problem draw_graph."""

    def test_a_leaf_is_one_node(self, rng):
        """A value that was computed from nothing is one node without an edge, labelled with its data."""
        number = -rng.uniform(10, 90)

        picture = drawn(value(number))

        assert_size(picture, nodes=1, edges=0)
        node_with(picture, number)

    def test_edges_lead_from_the_operands_to_the_result(self, rng):
        """In the picture of c = a + b one edge leads from a to c, and one from b to c."""
        a, b = far_apart(rng, 2, most=45)

        picture = drawn(adapters.run_add(value(a), value(b)))

        assert_edges(picture, (a, a + b), (b, a + b))

    @pytest.mark.parametrize("name", ["add", "mul", "relu", "exp", "log"])
    def test_the_label_of_a_result_names_its_operation(self, rng, name):
        """The label of a result holds the name of the operation that made it: its _op."""
        large, small = rng.uniform(10, 45), rng.uniform(0.5, 2.5)
        sum_of_both = adapters.run_add(value(large), value(small - large))
        operands = [sum_of_both, value(rng.uniform(50, 90))][: 2 if name in {"add", "mul"} else 1]
        result = getattr(adapters, f"run_{name}")(*operands)

        picture = drawn(result)

        label = picture.labels[result_of(picture)]
        if result._op not in label:
            raise Mismatch("the label does not name the operation", expected=result._op, actual=label)
        node_with(picture, large)
        node_with(picture, small - large)

    def test_gradients_are_shown_after_backward(self, rng):
        """After backward from c = a * b the label of a shows its data and its gradient, which is b."""
        a, b = far_apart(rng, 2, least=3, most=9)
        c = adapters.run_mul(value(a), value(-b))
        adapters.run_backward(c)

        picture = drawn(c)

        labels = [picture.labels[name] for name in picture.sources_of(node_with(picture, -a * b))]
        if not any(holds(label, a) and holds(label, -b) for label in labels):
            expected = f"data {a:.4g} and grad {-b:.4g}"
            raise Mismatch("no label shows both", expected=expected, actual=" | ".join(labels))

    def test_a_value_used_twice_is_drawn_once(self, rng):
        """In d = (a + b) * (a + b), where the sum is one value, four nodes are drawn."""
        a, b = far_apart(rng, 2, least=2, most=4.5)
        c = adapters.run_add(value(a), value(b))

        picture = drawn(adapters.run_mul(c, c))

        assert_size(picture, nodes=4, edges=3)
        assert_edges(picture, (a, a + b), (b, a + b), (a + b, (a + b) ** 2))

    def test_a_diamond_keeps_its_four_corners(self, rng):
        """In exp(a) + log(a), where a is itself a sum, a is drawn once, with an edge to each consumer."""
        first, a = rng.uniform(10, 45), rng.uniform(1.2, 2)
        node = adapters.run_add(value(first), value(a - first))

        picture = drawn(adapters.run_add(adapters.run_exp(node), adapters.run_log(node)))

        exp, log = np.exp(a), np.log(a)
        upper = [(a, exp), (a, log), (exp, exp + log), (log, exp + log)]
        assert_size(picture, nodes=6, edges=6)
        assert_edges(picture, (first, a), (a - first, a), *upper)

    def test_a_ladder_of_shared_values_stays_small(self, rng):
        """Some ten doublings x + x, one upon the other, give a node each, not a thousand."""
        rungs, last = int(rng.integers(8, 13)), rng.uniform(10, 90)
        x = value(last / 2**rungs)
        for _ in range(rungs):
            x = adapters.run_add(x, x)

        picture = drawn(x)

        assert_size(picture, nodes=rungs + 1, edges=rungs)
        assert_shows(picture, result_of(picture), last)

    def test_equal_numbers_are_different_nodes(self, rng):
        """Two leaves that hold the same number are two nodes."""
        number = rng.uniform(3.2, 9.4)

        picture = drawn(adapters.run_mul(value(number), value(number)))

        assert_size(picture, nodes=3, edges=2)
        assert_shows(picture, result_of(picture), number**2)

    def test_only_what_a_node_was_made_of_is_drawn(self, rng):
        """The picture of c leaves out later results of c, and of its operands."""
        numbers = far_apart(rng, 2, most=45)
        a, b = map(value, numbers)
        c = adapters.run_add(a, b)
        adapters.run_mul(c, a)

        picture = drawn(c)

        assert_size(picture, nodes=3, edges=2)
        assert_edges(picture, *((number, sum(numbers)) for number in numbers))

    def test_a_graph_of_tensors(self, rng):
        """The graph of x * w + b, of some more operations and a sum, all Tensors, has its nodes and edges."""
        x, w, b = (adapters.create_tensor(rng.standard_normal((2, 4))) for _ in range(3))
        scores = adapters.run_tensor_add(adapters.run_tensor_mul(x, w), b)
        result, degrees = grown(rng, scores, (2, 4), most=12)

        picture = drawn(adapters.run_tensor_sum(result))

        below = [(0, 1), (0, 1), (2, 1), (0, 1), (2, 1)]
        assert_degrees(picture, [*below, *degrees, (1, 0)])

    def test_large_tensors_are_drawn_too(self, rng):
        """Tensors of 100 rows are drawn as one node each, with any text in it."""
        shape = 100, 30
        result, degrees = grown(rng, adapters.create_tensor(rng.standard_normal(shape)), shape, most=4)

        picture = drawn(adapters.run_tensor_exp(result))

        assert_degrees(picture, [(0, 1), *degrees, (1, 0)])

    def test_drawing_changes_nothing(self, rng):
        """A graph that was drawn still holds its data, and backward through it gives the same gradients."""
        numbers = rng.uniform(1, 9, size=2)
        a, b = map(value, numbers)
        c = adapters.run_mul(a, b)

        drawn(c)
        adapters.run_backward(c)

        assert_close(value_data(c), float(numbers.prod()))
        gradients = np.array([value_grad(a), value_grad(b)])
        assert_close(gradients, numbers[::-1])
