"""What a hostile peer may send: frames that are right, almost right, of the right form, or just bytes."""

import json

from hypothesis import strategies as st

from grader.boundary.wire import DTYPES, LENGTHS

HASH_PERIOD = 2**61 - 1
TAGS = ("tuple", "dict", "set", "array", "handle", "function")
NAMES = (*TAGS, "type", "id", "value", "__class__", "\ud800", "")
NUMBERS = (0, 1, -1, 2, 3, True, 1.0, -0.0, 1e308, float("nan"), float("inf"), 2**53, 2**64, 10**400)
TEXTS = ("", "x", "float64", "bool", "object", "\x1b[2J", "\u202e", "\ud800", "\udfff\ud800", "1" * 50)

names = st.sampled_from(NAMES)
numbers = st.sampled_from(NUMBERS) | st.integers(-70, 70) | st.builds(HASH_PERIOD.__mul__, st.integers(-9, 9))
texts = st.sampled_from(TEXTS)
plain = st.one_of(st.none(), numbers, texts)
shapes = st.lists(st.sampled_from([0, 1, 2, 3, -1, 1 << 40, True, 1.5]), max_size=4)
arrays = st.tuples(st.sampled_from([*sorted(DTYPES), "object", "S8"]), shapes).map(
    lambda pair: {"array": list(pair)}
)
handles = st.builds(
    lambda number, kind: {"handle": number, "type": kind},
    st.sampled_from([1, 2, -1, -2, 0, 99, True, -(2**60)]),
    st.sampled_from(["A", "B", "\x1b]0;A", 3]),
)
trees = st.recursive(
    plain | arrays | handles,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(lambda items: {"tuple": items}),
        st.lists(st.tuples(plain, inner).map(list), max_size=3).map(lambda items: {"dict": items}),
        st.dictionaries(names, inner, max_size=2),
    ),
    max_leaves=8,
)
errors = st.fixed_dictionaries({"type": texts, "message": texts, "traceback": texts})
progress = st.dictionaries(st.sampled_from(["epoch", "loss", "", "\x1b", "n" * 25]), numbers, max_size=3)
contents = st.one_of(
    trees.map(lambda value: {"value": value}),
    st.lists(trees, max_size=2).map(lambda arguments: {"callback": 1, "args": arguments}),
    progress.map(lambda numbers_of: {"progress": numbers_of}),
    errors.map(lambda error: {"error": error}),
    st.dictionaries(names | st.sampled_from(["callback", "args", "error", "progress"]), trees, max_size=3),
)
messages = st.builds(
    lambda number, content: {"id": number, **content},
    st.sampled_from([1, 1, 1, 1, 2, 2, 3, 0, True, "1", None]),
    contents,
)
headers = st.one_of(
    messages.map(lambda message: json.dumps(message).encode()),
    trees.map(lambda tree: json.dumps(tree).encode()),
    st.integers(0, 3_000).map(lambda depth: b'{"id":1,"value":' + b"[" * depth + b"]" * depth + b"}"),
    st.sampled_from([b"", b"nan", b"\xff", b"1" * 5_000, '"\u00e9"'.encode(), "[1]".encode("utf-16")]),
)


def framed(header, buffers, excess=0):
    """Return a frame, which announces `excess` bytes more than it has."""
    return LENGTHS.pack(max(0, len(header) + excess), len(buffers)) + header + buffers


frames = st.builds(framed, headers, st.binary(max_size=40), st.sampled_from([0] * 9 + [-1, 1, 1 << 30]))


@st.composite
def mutated(draw):
    """Return a frame of which a few bytes are changed, gone, or there twice."""
    content = bytearray(draw(frames))
    for _ in range(draw(st.integers(1, 3))):
        place, length = draw(st.integers(0, len(content))), draw(st.integers(0, 8))
        content[place : place + length] = draw(st.binary(max_size=8))
    return bytes(content)


pieces = st.one_of(frames, frames, frames, mutated(), st.binary(max_size=60))
streams = st.lists(pieces, min_size=1, max_size=4)
deliveries = st.lists(st.integers(1, 50) | st.just(1 << 16), min_size=1, max_size=5)
