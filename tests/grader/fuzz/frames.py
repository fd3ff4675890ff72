"""Strategies for a hostile peer: proper conversations with a wrong value, field or byte."""

import json
import math

import numpy as np
from hypothesis import strategies as st

from grader.boundary.frame_limits import LENGTHS
from grader.boundary.wire import DTYPES

HASH_PERIOD = 2**61 - 1
TYPES = {1: "A", -1: "B", -2: "", -3: "\x1b[2J"}  # of the handles that a proper peer names
TEXTS = ("", "x", "float64", "<b>", "\x1b[2J", "\u202e", "\N{SNOWMAN}", "1" * 50)
BAD_TEXTS = ("\ud800", "\udfff\ud800")
BAD_NUMBERS = (2**64, -(2**64), 10**400, HASH_PERIOD * 9)
TAGS = ("tuple", "dict", "set", "array", "handle", "function", "type", "id", "value", "__class__", "")


def mostly(good, bad, share=20):
    """Return a strategy that draws from `good`, and from `bad` once in `share` times."""
    return st.integers(1, share).flatmap(lambda number: bad if number == share else good)


def as_array(name, shape):
    """Return the JSON form of an array."""
    return {"array": [name, shape]}


def as_handle(number, kind):
    """Return the JSON form of a handle."""
    return {"handle": number, "type": kind}


numbers = st.one_of(
    st.booleans(), st.integers(-70, 70), st.floats(), st.integers(-7, 7).map(HASH_PERIOD.__mul__)
)
texts = st.sampled_from(TEXTS)
plain = mostly(st.one_of(st.none(), numbers, texts), st.sampled_from([*BAD_TEXTS, *BAD_NUMBERS]), share=60)
shapes = st.lists(st.integers(0, 3), max_size=3)
arrays = mostly(
    st.builds(as_array, st.sampled_from(sorted(DTYPES)), shapes),
    st.builds(
        as_array,
        st.sampled_from([*sorted(DTYPES), "object", "S8", 8]),
        st.lists(st.sampled_from([0, 1, -1, 1 << 21, 1 << 62, 10**30, True, 1.0]), max_size=18),
    ),
)
handles = mostly(
    st.sampled_from(sorted(TYPES)).map(lambda number: as_handle(number, TYPES[number])),
    st.builds(
        as_handle, st.sampled_from([1, -1, 0, 99, True, -(2**60), "1"]), st.sampled_from(["A", "C", 3])
    ),
)


def containers(inner):
    """Return the strategy for containers of a few of `inner`, and for objects with any tags."""
    several = st.lists(inner, max_size=3)
    pairs = st.lists(st.tuples(plain, inner).map(list), max_size=2)
    good = st.one_of(
        several,
        several.map(lambda items: {"tuple": items}),
        several.map(lambda items: {"set": items}),
        pairs.map(lambda items: {"dict": items}),
    )
    return mostly(good, st.dictionaries(st.sampled_from(TAGS), inner, max_size=2))


trees = st.recursive(st.one_of(plain, arrays, handles), containers, max_leaves=4)
answers = mostly(
    trees.map(lambda tree: {"value": tree}),
    st.fixed_dictionaries(
        {"error": st.fixed_dictionaries(dict.fromkeys(("type", "message", "traceback"), texts))}
    ),
    share=6,
)
callbacks = st.lists(trees, max_size=2).map(lambda arguments: {"callback": 1, "args": arguments})
names = mostly(
    st.sampled_from(["epoch", "epochs", "loss"]), st.sampled_from(["", "\x1b", "n" * 25, "a b"]), share=30
)
reports = st.dictionaries(
    names,
    mostly(st.integers(0, 9) | st.floats(0, 9), st.sampled_from([True, math.nan, math.inf, "1"]), share=30),
)
contents = st.one_of(
    answers,
    callbacks,
    reports.map(lambda found: {"progress": found}),
    mostly(answers, st.dictionaries(st.sampled_from(["value", "callback", "args", "error"]), trees), share=5),
)


@st.composite
def conversations(draw):
    """Return messages of which each is about the call that is open then, but for a few."""
    open_calls, last, messages = [1], 1, []
    for content in draw(st.lists(contents, min_size=1, max_size=4)):
        number = draw(mostly(st.just(open_calls[-1]), st.sampled_from([0, last + 1, True, "1"]), share=30))
        messages.append({"id": number, **content})
        if "value" in content or "error" in content:
            open_calls.pop()
        if "callback" in content or not open_calls:
            last += 1
            open_calls.append(last)
    return messages


def buffers_of(node):
    """Return the bytes that the arrays in a JSON form need."""
    if type(node) is list:
        return b"".join(map(buffers_of, node))
    if type(node) is not dict:
        return b""
    if "array" not in node or type(node["array"]) is not list or len(node["array"]) != 2:
        return buffers_of(list(node.values()))
    name, shape = node["array"]
    axes = (
        shape if type(shape) is list and all(type(axis) is int and 0 <= axis <= 3 for axis in shape) else None
    )
    if type(name) is not str or name not in DTYPES or axes is None:
        return b""
    size = math.prod(axes) * np.dtype(name).itemsize
    return (bytes(range(256)) * (size // 256 + 1))[:size]


odd_headers = st.one_of(
    st.integers(0, 20_000).map(lambda depth: b'{"id":1,"value":' + b"[" * depth + b"]" * depth + b"}"),
    st.sampled_from([b"", b"nan", b"\xff", b"1" * 5_000, '"\u00e9"'.encode(), "[1]".encode("utf-16")]),
)


def framed(header, buffers, excess=0):
    """Return a frame, which announces `excess` bytes more of its header than it has."""
    return LENGTHS.pack(max(0, len(header) + excess), len(buffers)) + header + buffers


def frame_of(message):
    """Return the frame that holds the JSON form `message` and the bytes that its arrays need."""
    return framed(json.dumps(message).encode(), buffers_of(message))


odd_frames = st.builds(framed, odd_headers, st.binary(max_size=8), st.sampled_from([0, 0, 0, -1, 1, 1 << 30]))


@st.composite
def spoiled(draw, content):
    """Return `content` with a few bytes changed, removed or added, or followed by odd bytes."""
    content = bytearray(content)
    for _ in range(draw(st.integers(0, 3))):
        place, length = draw(st.integers(0, len(content))), draw(st.integers(0, 8))
        content[place : place + length] = draw(st.binary(max_size=8))
    return bytes(content) + draw(odd_frames | st.binary(max_size=60))


def streams_of(messages):
    """Return the strategy of byte streams that hold such lists of messages, some of them spoiled or worse."""
    proper = messages.map(lambda several: b"".join(map(frame_of, several)))
    return mostly(mostly(proper, proper.flatmap(spoiled), share=5), odd_frames)


talk = streams_of(conversations())
values = streams_of(st.lists(trees, min_size=1, max_size=4))
deliveries = st.lists(st.integers(1, 50) | st.just(1 << 16), min_size=1, max_size=5)
