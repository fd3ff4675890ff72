"""Drawings are read as Graphviz reads them, in time and memory that are linear in their length."""

import contextlib
import tracemalloc

import pytest

from tests.cases.checks import Mismatch
from tests.cases.dot import Picture, numbers_in, parse_picture

LENGTH = 1 << 18

AS_OFTEN_WRITTEN = """
// Computation graph
digraph G {
    graph [rankdir=LR]; node [shape=record]; edge [color="#888888"]
    rankdir = LR
# from here on nodes
    "140 1" [label="{ data 2.0000 | grad 1.0 }" shape=record, color=red];
    b [shape=box][label = <<table><tr><td>b</td></tr></table>>]
    plus [label="say \\"+\\"\\nnow"]
    "140 1":e -> plus:w -> "end"   /* in a row */
    b -> plus [label="not a node's"]
}
"""


def test_a_drawing_as_programs_write_it():
    """Attributes, defaults, ports, comments, quotes, HTML and edges in a row are understood."""
    picture = parse_picture(AS_OFTEN_WRITTEN)

    assert picture.edges == {("140 1", "plus"), ("plus", "end"), ("b", "plus")}
    assert picture.labels == {
        "140 1": "{ data 2.0000 | grad 1.0 }",
        "b": "<table><tr><td>b</td></tr></table>",
        "plus": 'say \\"+\\"\nnow',
        "end": "end",
    }
    assert picture.ends == ["end"]
    assert picture.sources_of("plus") == {"140 1", "b"}


@pytest.mark.parametrize(
    "source",
    [
        "",
        "graph { a -- b }",
        "digraph { a -- b }",
        "digraph { a -> }",
        "digraph { a ",
        "digraph { } }",
        "digraph { ] }",
        "digraph { a [label] }",
        'digraph { a [label="open] }',
        'digraph { a [label="x"y"] }',
    ],
)
def test_what_is_no_digraph_is_told(source):
    """A source that breaks the rules is a mismatch that names the expected token."""
    with pytest.raises(Mismatch, match="no digraph in DOT") as mismatch:
        parse_picture(source)

    assert mismatch.value.expected


@pytest.mark.parametrize("source", [None, b"digraph {}", type("Text", (str,), {})("digraph {}")])
def test_only_a_str_is_read(source):
    """Bytes, None and pretenders are told by their type."""
    with pytest.raises(Mismatch, match="this should be DOT source"):
        parse_picture(source)


def test_numbers_in_a_label():
    """Numbers are found in all forms of writing."""
    label = "data -2.5000 | grad 1e-3, shape (2, 3) +7."

    assert numbers_in(label) == [-2.5, 0.001, 2.0, 3.0, 7.0]


def test_the_ends_are_found_in_one_walk_over_the_edges():
    """A picture of many nodes and many edges does not cost their product."""

    class Counted(set):
        walks = 0

        def __iter__(self):
            self.walks += 1
            return super().__iter__()

    edges = Counted({(f"n{i}", "end") for i in range(100)})
    picture = Picture({f"n{i}": "" for i in range(100)} | {"end": ""}, edges)

    assert picture.ends == ["end"]
    assert edges.walks == 1


@pytest.mark.parametrize(
    "source",
    [
        f'digraph {{ a [label="{"x" * LENGTH}"] }}',
        'digraph { a [label="' + r"\n" * (LENGTH // 2) + '"] }',
        'digraph { a [label="' + r"\n" * (LENGTH // 2),
        f"digraph {{ a [label=<{'<>' * (LENGTH // 2)}>] }}",
        f"digraph {{ a [label=<{'<>' * (LENGTH // 2)}",
        f"digraph {{ a{':a' * (LENGTH // 2)} }}",
        f"digraph {{ {'a;' * (LENGTH // 2)} }}",
    ],
    ids=["text", "escapes", "open text", "html", "open html", "ports", "statements"],
)
def test_reading_takes_little_memory(source):
    """A source takes a few bytes a character to read, with any repetition, and no deep recursion."""
    tracemalloc.start()
    with contextlib.suppress(Mismatch):
        parse_picture(source)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 8 * LENGTH
