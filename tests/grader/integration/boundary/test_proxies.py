"""Proxies of objects in a real student process."""

import numpy as np
import pytest

from grader.boundary.errors import Raised
from grader.boundary.proxy import Proxy
from grader.boundary.remote_adapters import RemoteAdapters
from tests.grader.support.nodes import INTERFACE, NODES


def test_an_object_is_a_proxy_and_its_numbers_are_numbers(adapters):
    """An adapter that returns an object gives a proxy, and its attributes are asked for."""
    node = adapters.create(2.5)

    assert type(node) is Proxy
    assert node.data == 2.5
    assert adapters.data_of(node) == 2.5


def test_the_same_object_is_the_same_proxy(adapters):
    """The same object comes out as the same proxy, by every way."""
    a, b = adapters.create(1.0), adapters.create(2.0)

    c = adapters.add(a, b)

    assert [one is other for one, other in zip(c.operands, (a, b), strict=True)] == [True, True]
    assert c.operands[0] is c.operands[0]


def test_many_calls_of_an_adapter_are_one_request(adapters):
    """`each` calls an adapter once for each list of arguments and returns all results in order."""
    nodes = adapters.create.each([[1.0], [2.0], [3.0]])
    sums = adapters.add.each([[nodes[0], nodes[1]], [nodes[1], nodes[2]]])

    assert [type(node) for node in nodes] == [Proxy] * 3
    assert adapters.data_of.each([[node] for node in sums]) == [3.0, 5.0]
    assert sums[0].operands[1] is nodes[1]


def test_many_objects_are_folded_in_one_request(adapters):
    """`fold` combines objects from left to right, and a graph of thousands is one request."""
    one = adapters.create(1.0)

    total = adapters.add.fold([one] * 3_000)

    assert total.data == 3_000.0
    assert total.operands[1] is one


@pytest.mark.parametrize("name", ["each", "fold"])
def test_an_error_in_one_of_many_calls_is_the_submissions(adapters, name):
    """A call that raises among many gives the same error as one that stands alone."""
    bulk = getattr(adapters.add, name)

    with pytest.raises(Raised, match="TypeError"):
        _ = [*bulk([[1.0, "two"]])] if name == "each" else bulk([1.0, "two"]).data


def test_an_adapter_that_is_missing_is_missing_for_many_calls_too(adapters):
    """`each` names the adapter that tests/adapters.py lacks."""
    with pytest.raises(Raised, match="no function absent"):
        adapters.absent.each([[1.0]])


def test_operators_are_the_objects_own(adapters):
    """An operator on a proxy is done on the object, also with a number or a numpy scalar on the left."""
    a = adapters.create(2.0)

    assert (a + 3).data == 5.0
    assert (3 + a).data == 5.0
    assert (np.float64(3) + a).data == 5.0
    assert (a + a).data == 4.0


def test_attributes_are_set_there(adapters):
    """Assigning to an attribute of a proxy assigns to the object's."""
    a = adapters.create(2.0)

    a.data = np.arange(3.0)

    assert a.data.tolist() == [0.0, 1.0, 2.0]


def test_deferred_methods_and_attributes_give_proxies(adapters):
    """The tests do not wait for results that are known to stay on the other side."""
    a = adapters.create(2.0)

    assert a.double().double().data == 8.0
    assert a.double().first.data == 2.0
    assert [node is a for node in [a.double().first]] == [
        False
    ]  # not known to be the same before it is asked


def test_a_temporary_that_was_dropped_can_be_mentioned_again(adapters):
    """An operand whose proxy is gone is reached again through operands, and stays usable."""
    c = adapters.add(adapters.create(1.0), adapters.create(2.0))
    assert c.data == 3.0  # by now the other side was told that the operands are not in use here

    left, right = c.operands
    for _ in range(5):
        assert (left.data, right.data) == (1.0, 2.0)
        assert adapters.add(left, right).data == 3.0

    assert c.operands[1] is right


def test_a_proxy_dropped_while_an_answer_names_it_stays_usable(start):
    """A drop that crosses with a mention of the same object does not take the object away."""
    channel = start(NODES + "\nkept = Node(7.0)\ndef give():\n    return kept\n")
    adapters = RemoteAdapters(lambda: channel, INTERFACE)

    for _ in range(20):
        proxy = adapters.give()
        del proxy  # the drop travels with the next request, whose answer names the object
        again = adapters.give()

        assert again.data == 7.0
        assert adapters.add(again, 1.0).data == 8.0


def test_a_proxy_dropped_in_a_callback_stays_usable_when_named_again(start):
    """The same holds while a call is open and both sides ask in turn."""
    source = NODES + "\ndef each(f, node, times):\n    return [f(node).data for _ in range(times)], node\n"
    channel = start(source)
    adapters = RemoteAdapters(lambda: channel, INTERFACE)

    values, node = adapters.each(lambda node: node + node.data, adapters.create(2.0), 10)

    assert values == [4.0] * 10
    assert node.data == 2.0


def test_random_use_of_handles_keeps_every_object_right(adapters):
    """Making, dropping and finding again in any order, each proxy stands for its own object."""
    rng = np.random.default_rng(0)
    nodes = [(adapters.create(float(n)), float(n)) for n in range(5)]

    for _ in range(400):
        at = rng.integers(len(nodes))
        proxy, number = nodes[at]
        match rng.integers(5):
            case 0:
                nodes.append((adapters.add(proxy, 1.0), number + 1))
            case 1:
                nodes.append((proxy.double(), number * 2))
                nodes.append((nodes[-1][0].first, number))
            case 2:
                nodes.pop(rng.integers(len(nodes))) if len(nodes) > 3 else None
            case 3:
                assert proxy.data == number
            case _:
                parents = [parent for parent in proxy.operands if type(parent) is Proxy]
                nodes += [(parent, parent.data) for parent in parents]
        nodes = nodes[-12:]

    assert [proxy.data for proxy, _ in nodes] == [number for _, number in nodes]


def test_an_object_that_changes_its_class_stays_one_object(start):
    """An object may change its type; its proxy keeps the first name, and that is no breach."""
    source = "class A: pass\nclass B: pass\na = A()\ndef same():\n    return a\n"
    channel = start(source + "def change():\n    a.__class__ = B\n    return a\n")

    before = channel.ask("call", "same", [], {})
    after = channel.ask("call", "change", [], {})

    assert before is after
    assert after.remote_type == "A"


def test_what_no_proxy_stands_for_is_freed(adapters):
    """The other side forgets objects that neither the test nor other objects hold."""
    kept = [adapters.create(float(n)) for n in range(10)]
    for _ in range(500):
        adapters.add(adapters.create(1.0), kept[0])
    adapters.alive()

    assert adapters.alive() == 10
    del kept[1:]
    adapters.alive()
    assert adapters.alive() == 1


def test_a_new_test_starts_with_no_objects_and_the_same_random_numbers(start):
    """start_afresh forgets the objects of the last test, and seeds the global generators again."""
    source = (
        NODES
        + "\nimport random\nimport numpy as np\n\ndef draw():\n    return random.random(), np.random.rand()\n"
    )
    channel = start(source)
    adapters = RemoteAdapters(lambda: channel, INTERFACE)
    first, old = adapters.draw(), adapters.create(1.0)

    channel.start_afresh()

    assert adapters.draw() == first
    assert adapters.alive() == 0
    del old
    assert adapters.create(2.0).data == 2.0


def test_a_queued_call_keeps_the_array_that_it_was_given(adapters):
    """Changing an array after the call does not change the call's argument."""
    array = np.ones(3)
    node = adapters.create(array)

    array[:] = 7

    assert node.data.tolist() == [1.0, 1.0, 1.0]
