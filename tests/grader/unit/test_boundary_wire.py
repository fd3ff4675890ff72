"""Frames: their content arrives unchanged, and nothing else gets in."""

import json
import math
import socket
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from grader.boundary.frame_connection import Closed, FrameConnection
from grader.boundary.frame_limits import FROM_STUDENT, LENGTHS, FrameLimits, ProtocolError
from grader.boundary.wire import DTYPES, MAX_DEPTH, Frame, Unpacker, Unsendable

SMALL = FrameLimits(header=1_000, buffers=1_000, marks=500)
SECONDS = 5.0  # far more than an answer takes; a check that came too late would wait this long

dtypes = st.sampled_from(sorted(DTYPES)).flatmap(
    lambda name: st.sampled_from([np.dtype(name), np.dtype(name).newbyteorder()])
)
arrays = dtypes.flatmap(
    lambda dtype: arrays_of.arrays(
        dtype, arrays_of.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)
    )
)
integers = st.integers(-(2**64) + 1, 2**64 - 1)
plain = st.one_of(st.none(), st.booleans(), integers, st.floats(), st.text(st.characters(codec="utf-8")))
values = st.recursive(
    plain | arrays,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(plain, inner, max_size=4),
    ),
    max_leaves=12,
)
TAGS = ("tuple", "dict", "set", "array", "handle", "function", "list", "type", "__reduce__")
any_json = st.recursive(
    st.one_of(plain, st.integers(), st.sampled_from([*sorted(DTYPES), "object", "O", "S8", "\ud800"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(TAGS), inner, max_size=2),
    max_leaves=20,
)


def within_seconds():
    """Return the patience of a test: a wait that takes longer than SECONDS is an error."""
    end = time.monotonic() + SECONDS

    def patience():
        assert time.monotonic() < end, "nothing has come"
        return SECONDS

    return patience


def refuse(*_):
    """Stand in for a process that keeps no objects."""
    raise ProtocolError("no references here")


def packed(value, limits=FROM_STUDENT):
    """Return the bytes of the frame that holds `value`."""
    frame = Frame(refuse, limits)
    return frame.encode(frame.pack(value))


def unpacked(node, buffers=b""):
    """Return the value of the JSON form `node` beside these buffers."""
    unpacker = Unpacker(memoryview(buffers), refuse)
    value = unpacker.unpack(node)
    unpacker.finish()
    return value


def received(content, limits=FROM_STUDENT, *, closed=False):
    """Return the frame that arrives when the peer sends `content`, and then waits or closes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(content)
        if closed:
            theirs.close()
        return FrameConnection(ours, limits).receive(within_seconds())


def carried(value):
    """Return the received value when `value` is sent."""
    message, buffers = received(packed(value))
    return unpacked(message, bytes(buffers))


def same(one, other):
    """Tell whether two values are equal in type, and arrays in dtype, shape and every bit that matters."""
    if type(one) is not type(other):
        return False
    if type(one) is np.ndarray:
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if type(one) is float:
        return one == other or (math.isnan(one) and math.isnan(other))
    if type(one) is dict:
        return same(list(one.items()), list(other.items()))
    if type(one) in {list, tuple}:
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def native(value):
    """Return `value` with its arrays in this machine's byte order."""
    if type(value) is np.ndarray:
        return value.astype(value.dtype.newbyteorder("="))
    if type(value) is dict:
        return {key: native(item) for key, item in value.items()}
    return type(value)(map(native, value)) if type(value) in {list, tuple} else value


def is_exact(value):
    """Tell whether `value` is made of exact builtins and base ndarrays that own their memory."""
    if type(value) is np.ndarray:
        flags = value.flags
        owned = flags.owndata and flags.writeable and flags.c_contiguous and flags.aligned
        return value.dtype.name in DTYPES and owned and value.dtype.isnative
    if type(value) is dict:
        return all(is_exact(key) and is_exact(item) for key, item in value.items())
    if type(value) in {list, tuple}:
        return all(map(is_exact, value))
    return value is None or type(value) in {bool, int, float, str}


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


@pytest.mark.parametrize(
    "node",
    [
        {"array": ["object", [1]]},
        {"array": ["O", [1]]},
        {"array": [["float64"], [1]]},
        {"array": ["float64", [-1]]},
        {"array": ["float64", [True]]},
        {"array": ["float64", [1.0]]},
        {"array": ["float64", 1]},
        {"array": ["float64"]},
        {"array": ["float64", [1], 0]},
        {"array": {"float64": [1]}},
        {"array": ["float64", [1] * 17]},
        {"array": ["float64", [2]]},
        {"array": ["float64", [1 << 62, 1 << 62]]},
        {"array": ["float64", [0, 10**30]]},
        {"array": ["float64", [0, 10**18, 10**18]]},
        {"array": ["float64", [1 << 20, 0, 2]]},
        {"array": ["uint8", [7]]},
        {"tuple": 3},
        {"tuple": [], "set": []},
        {"list": []},
        {"pickle": ["cos\nsystem"]},
        {"dict": [[[], 1]]},
        {"dict": [[1]]},
        {"dict": [1]},
        {"dict": {}},
        {},
    ],
    ids=str,
)
def test_a_malformed_value_breaks_the_protocol(node):
    """Dtypes off the list, wrong shapes, sizes beyond the buffers, unknown tags: all refused."""
    with pytest.raises(ProtocolError):
        unpacked(node, bytes(8))


@given(any_json, st.binary(max_size=64))
def test_any_json_is_a_value_or_breaks_the_protocol(node, buffers):
    """Any header means exact builtins and base arrays, or ProtocolError is raised."""
    try:
        value = unpacked(node, buffers)
    except ProtocolError:
        return

    assert is_exact(value)


@pytest.mark.parametrize("lengths", [(1_001, 0), (0, 1_001), (2**32 - 1, 2**32 - 1)], ids=str)
def test_sizes_are_checked_before_the_body_is_read(lengths):
    """A frame that announces more than it may is refused though none of its body ever comes."""
    with pytest.raises(ProtocolError, match="too large"):
        received(LENGTHS.pack(*lengths), SMALL)


@pytest.mark.parametrize(
    "header",
    [b"", b"{", b"\xff\xfe\x00", b"[" * 50_000, b'"\\ud8"', b"1" * 5_000, b"nan", b"1 2"],
    ids=["empty", "cut", "not-utf8", "deep", "bad-escape", "huge-int", "no-literal", "two-values"],
)
def test_a_header_that_is_no_json_breaks_the_protocol(header):
    """A header that cannot be parsed is a breach, never an error of ours."""
    with pytest.raises(ProtocolError, match="not JSON"):
        received(LENGTHS.pack(len(header), 0) + header)


@pytest.mark.parametrize(
    "kept", [0, 3, 8, 10, -1], ids=["nothing", "half-a-length", "lengths", "half-a-header", "all-but-one"]
)
def test_a_frame_that_breaks_off_is_the_end_of_the_conversation(kept):
    """When the peer goes away in the middle of a frame, that is Closed."""
    with pytest.raises(Closed):
        received(packed([1, 2, np.ones(2)])[:kept], closed=True)


def test_frames_are_told_apart_when_they_arrive_together():
    """Two frames that come in one piece are two frames."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(packed("one") + packed("two"))
        connection = FrameConnection(ours, FROM_STUDENT)

        assert [connection.receive()[0], connection.receive()[0]] == ["one", "two"]


def test_numbers_that_json_does_not_know_make_the_trip():
    """NaN and the infinities are sent as Python's json writes them."""
    header = json.dumps([math.nan, math.inf]).encode()

    message, _ = received(LENGTHS.pack(len(header), 0) + header)

    assert math.isnan(message[0])
    assert message[1] == math.inf
