"""Values on their way through a frame: they arrive unchanged, and the sender refuses the others."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.boundary.frame_limits import LENGTHS, ProtocolError
from grader.boundary.wire import MAX_DEPTH, Frame, Unsendable
from tests.grader.support.frames import (
    SMALL,
    carried,
    is_exact,
    native,
    packed,
    received,
    refuse,
    same,
    unpacked,
)
from tests.grader.support.values import arrays, values


@given(values)
def test_what_is_sent_arrives_unchanged(value):
    """Builtins and arrays of every dtype, nested, empty and not a number, make the trip as they are."""
    arrived = carried(value)

    assert same(arrived, native(value))
    assert is_exact(arrived)


@given(arrays, st.data())
def test_a_view_is_sent_as_what_it_shows(array, data):
    """A transposed, reversed or stretched view arrives as an array of the same numbers."""
    view = data.draw(
        st.sampled_from([array.T, array[..., None][..., ::-1], np.broadcast_to(array, (2, *array.shape))])
    )

    assert same(carried(view), native(np.array(view)))


def test_a_frame_holds_what_an_array_held_when_it_was_packed():
    """A test may change its array after a call that waits to be sent; the call keeps the old numbers."""
    array = np.zeros(3)
    frame = Frame(refuse, SMALL)
    node = frame.pack(array)

    array[:] = 7

    assert frame.encode(node).endswith(bytes(24))


def test_a_truth_value_is_0_or_1():
    """A byte that is neither makes numpy count and compare oddly, so it becomes True on its way in."""
    array = unpacked({"array": ["bool", [3]]}, bytes([0, 1, 2]))

    assert array.view(np.uint8).tolist() == [0, 1, 1]


def test_a_set_arrives_as_a_list():
    """The members of a set may not be hashable where they arrive."""
    assert carried({5}) == [5]
    assert carried(frozenset([5])) == [5]


@pytest.mark.parametrize(
    "number", [np.float64(1.5), np.float32(1.5), np.float16(1.5)], ids=lambda x: x.dtype.name
)
def test_a_numpy_number_arrives_as_a_python_number(number):
    """A numpy scalar of an accepted dtype becomes the builtin of its value."""
    arrived = carried([number, np.bool_(1), np.int8(-3)])

    assert arrived == [1.5, True, -3]
    assert [type(item) for item in arrived] == [float, bool, int]


class Liar(float):
    """A number that claims to equal every other."""

    __hash__ = float.__hash__

    def __eq__(self, other):
        return True


class Sub(np.ndarray):
    """An array with room for behaviour of its own."""


@pytest.mark.parametrize(
    "value",
    [Liar(1), Sub(2), type("S", (str,), {})("x"), type("L", (list,), {})()],
    ids=lambda v: type(v).__base__.__name__,
)
def test_subclasses_of_what_travels_stay_where_they_are(value):
    """A subclass of float, ndarray, str or list is an object: only a reference to it is sent."""
    frame = Frame(lambda kept: f"<{type(kept).__name__}>", SMALL)

    assert frame.pack([value]) == f"[<{type(value).__name__}>]"
    assert not frame.buffers


@pytest.mark.parametrize(
    "value",
    [
        np.array([None]),
        np.array(["text"]),
        np.array([1j]),
        np.zeros(2, dtype=[("a", "f8")]),
        np.array([0], dtype="datetime64[s]"),
        10**5_000,
        2**64,
        "\ud800",
        {"\ud800": 1},
        np.zeros((0, 1 << 21)),
        {(1, 2): 3},
    ],
    ids=[
        "objects",
        "texts",
        "complex",
        "records",
        "dates",
        "huge-int",
        "long-int",
        "surrogate",
        "surrogate-key",
        "empty",
        "tuple-as-key",
    ],
)
def test_what_no_frame_can_hold_is_refused_by_the_sender(value):
    """The sender finds out itself, so that an honest student gets a message and not a breach."""
    with pytest.raises(Unsendable):
        packed(value)


def test_nesting_is_bounded_alike_on_both_sides():
    """Sender and receiver accept the same depth; neither accepts one level more."""
    deepest = None
    for _ in range(MAX_DEPTH + 1):
        deepest = [deepest]

    assert carried(deepest) == deepest
    with pytest.raises(Unsendable):
        packed([deepest])
    with pytest.raises(ProtocolError):
        unpacked([deepest])


def test_a_value_that_contains_itself_is_refused():
    """A list that holds itself has no end, and is refused as nested too deeply."""
    endless = []
    endless.append(endless)

    with pytest.raises(Unsendable):
        packed(endless)


@pytest.mark.parametrize(
    "value",
    [np.zeros(126), [0.25] * 400, np.broadcast_to(0.0, (10**6, 10**6))],
    ids=["buffers", "header", "stretched"],
)
def test_a_frame_beyond_the_limits_is_not_sent(value):
    """The sender keeps to the limits of the receiver, before it copies anything."""
    with pytest.raises(Unsendable, match="too large"):
        packed(value, SMALL)


def test_numbers_that_json_does_not_know_make_the_trip():
    """NaN and the infinities are sent as Python's json writes them."""
    header = json.dumps([math.nan, math.inf]).encode()

    message, _ = received(LENGTHS.pack(len(header), 0) + header)

    assert math.isnan(message[0])
    assert message[1] == math.inf
