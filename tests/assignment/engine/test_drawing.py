"""The reference's drawings beyond the cases: Graphviz draws them for any graph."""

import json
import os
import shutil
import subprocess
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from smulgrad.drawing import draw, draw_graph
from smulgrad.engine import Tensor, Value

from tests.cases.dot import parse_picture

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def dot():
    """Return the path of Graphviz's program."""
    path = shutil.which("dot")
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            "install graphviz: its `dot` reads the drawings"
        )
    return path


def parsed(dot, source):
    """Return the labels of the nodes and the edges as pairs of labels, as Graphviz itself reads `source`."""
    read = subprocess.run([dot, "-Tjson0"], input=source.encode(), capture_output=True, check=True)
    assert not read.stderr
    graph = json.loads(read.stdout)
    labels = [node["label"] for node in graph["objects"]]
    edges = [(labels[edge["tail"]], labels[edge["head"]]) for edge in graph.get("edges", [])]
    return sorted(labels), sorted(edges)


def network():
    """Return a loss with shared nodes, broadcasting, constants and a gradient."""
    w, b = Tensor([[1.0, -2.0], [0.5, 3.0]]), Tensor([0.5, 0.25])
    h = (np.ones((20, 2)) @ w + b).relu()
    loss = (h * h).mean()
    loss.backward()
    return loss


def test_graphviz_reads_nodes_edges_and_labels(dot):
    """The nodes and edges of (a + b) * (a + b) are those that Graphviz finds, the shared sum once."""
    a, b = Value(2.0), Value(-1.5)
    c = a + b
    d = c * c
    d.backward()

    labels, edges = parsed(dot, draw_graph(d))

    of_a, of_b, of_c, of_d = (
        "data 2\\ngrad 1",
        "data -1.5\\ngrad 1",
        "+\\ndata 0.5\\ngrad 1",
        "*\\ndata 0.25\\ngrad 1",
    )
    assert labels == sorted([of_a, of_b, of_c, of_d])
    assert edges == sorted([(of_a, of_c), (of_b, of_c), (of_c, of_d), (of_c, of_d)])


def test_graphviz_and_the_cases_read_the_same(dot):
    """The parser of the cases finds as many nodes and edges in a network's drawing as Graphviz does."""
    source = draw_graph(network())

    labels, edges = parsed(dot, source)
    picture = parse_picture(source)

    assert len(picture.labels) == len(labels)
    assert len(picture.edges) == len(set(edges))


@pytest.mark.usefixtures("dot")
def test_a_picture_is_drawn(tmp_path):
    """`draw` writes an SVG with a group for each node, in which its operation, shape and data are written."""
    draw(network(), tmp_path / "graph.svg")

    drawing = ET.parse(tmp_path / "graph.svg").getroot()  # noqa: S314 - we wrote it
    nodes = [group for group in drawing.iter(f"{SVG}g") if group.get("class") == "node"]
    texts = {text.text for text in drawing.iter(f"{SVG}text")}
    assert len(nodes) == 8
    assert {"relu", "@", "shape (2, 2)", "data [0.5 0.25]"} <= texts


@pytest.mark.usefixtures("dot")
@pytest.mark.parametrize("suffix", ["png", "pdf"])
def test_pictures_of_other_kinds(tmp_path, suffix):
    """The suffix of the file chooses the kind of picture."""
    draw(Value(1.0) * 2, tmp_path / f"graph.{suffix}")

    assert (tmp_path / f"graph.{suffix}").read_bytes().startswith((b"\x89PNG", b"%PDF"))


def test_without_graphviz_the_way_to_it_is_told(monkeypatch, tmp_path):
    """Where there is no `dot`, the error says how to install it and how to work without it."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(FileNotFoundError, match=r"apt install graphviz.*brew install.*draw_graph"):
        draw(Value(1.0))


def test_a_large_graph_is_cut_with_a_note(dot):
    """Of a chain of 1,000 operations the 20 nearest nodes are drawn, and a note in place of the others."""
    y = x = Value(1.0)
    for _ in range(1_000):
        y = y + x

    labels, edges = parsed(dot, draw_graph(y, most=20))

    notes = [label for label in labels if "cut here: only the 20 nearest nodes are drawn" in label]
    assert len(notes) == 1
    assert len(labels) == 20 + 1
    assert sum(tail in notes for tail, _ in edges) == 1


def test_a_graph_that_fits_is_not_cut():
    """A graph of exactly as many nodes as may be drawn has no note."""
    source = draw_graph(Value(1.0) + Value(2.0), most=3)

    assert "cut here" not in source


@pytest.mark.parametrize(
    ("name", "escaped"),
    [
        ('say "hi"', 'say \\"hi\\"'),
        ("back\\", "back\\\\"),
        ("two\nlines", "two\nlines"),
        ("]; } \x00 \x1b[31m", "]; } \N{REPLACEMENT CHARACTER} \N{REPLACEMENT CHARACTER}[31m"),
        ("\\N", "\\\\N"),
    ],
    ids=["quotes", "backslash", "line-break", "control-characters", "node-name"],
)
def test_no_operation_breaks_out_of_its_label(name, escaped):
    """Whatever an operation is called, the drawing stays one node in DOT, with the name in its label."""
    node = Value(2.0)
    node._op = name  # noqa: SLF001 - a part of the handout's contract

    picture = parse_picture(draw_graph(node))

    assert picture.labels == {"n0": f"{escaped}\ndata 2\ngrad 0"}


def test_a_drawing_tells_what_a_node_holds():
    """Numbers are shown with four digits, small arrays with their numbers, large ones with the range."""
    number, small, large = Value(1 / 3), Tensor(np.array([0.5, -2.0])), Tensor(np.ones((28, 28)))

    drawings = [draw_graph(node) for node in (number, small, large)]

    expected = [
        "data 0.3333\\ngrad 0",
        "shape (2,)\\ndata [0.5 -2]\\ngrad [0 0]",
        "shape (28, 28)\\ndata from 1 to 1\\ngrad from 0 to 0",
    ]
    assert all(text in drawing for text, drawing in zip(expected, drawings, strict=True))


def test_only_nodes_are_drawn():
    """Anything but a Value or a Tensor is refused by the name of its type."""
    with pytest.raises(TypeError, match=r"draw_graph: .* got float"):
        draw_graph(2.0)
