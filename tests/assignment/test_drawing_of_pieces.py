"""The drawing of a smallest failing piece: boxes from the inputs to the result, in a report's page."""

import json

import pytest

from grader.core.scoring import Outcome
from grader.render.drawing import MOST_BOXES, MOST_NODES, drawing_of
from grader.render.html import render_html
from tests.grader.support.reports import report, result

NODES = [
    {"lines": ["a = 2", "by backward 3", "expected 4"], "from": [], "wrong": True},
    {"lines": ["tanh: 0.96"], "from": [0], "wrong": False},
    {"lines": ["*: 1.9"], "from": [0, 1], "wrong": False},
]


def drawn(nodes):
    """Return the drawing of a test whose piece has these nodes."""
    piece = nodes if isinstance(nodes, str) else json.dumps(nodes)
    return drawing_of(result(outcome=Outcome.FAILED, properties={"piece": piece}))


def test_an_operand_stands_left_of_its_result():
    """Each edge goes from the right of an operand to the left of its result."""
    drawing = drawn(NODES)

    assert [box.is_wrong for box in drawing.boxes] == [True, False, False]
    assert len(drawing.edges) == 3
    assert all(edge.x1 < edge.x2 for edge in drawing.edges)
    assert all(box.x < drawing.width and box.y < drawing.height for box in drawing.boxes)


@pytest.mark.parametrize(
    "piece",
    [
        "",
        "no JSON",
        "[]",
        "7",
        '[{"lines": ["a"]}]',
        '[{"lines": ["a"], "from": [0], "wrong": false}]',
        '[{"lines": ["a"], "from": [-1], "wrong": false}]',
        json.dumps([{"lines": ["a"], "from": [], "wrong": False}] * (MOST_NODES + 1)),
    ],
)
def test_what_is_no_expression_is_not_drawn(piece):
    """A stored text of another form, a circle, or too many boxes have no drawing."""
    assert drawn(piece) is None


def test_the_edges_of_the_wrong_gradient_are_marked():
    """The gradient of `a` arrives wrong through both of its uses; that of tanh does not."""
    drawing = drawn(NODES)

    assert [edge.is_wrong for edge in drawing.edges] == [True, True, False]
    assert drawing.told == "A graph of 3 nodes. Wrong: a = 2, by backward 3, expected 4."


def test_of_a_large_piece_the_way_from_the_fault_is_drawn():
    """A chain beside the wrong node is left out; one that is too long itself is not drawn."""
    beside = [{"lines": ["b"], "from": [], "wrong": False}] * 10
    fault = {"lines": ["a"], "from": [], "wrong": True}
    result_of_both = {"lines": ["*"], "from": [0, 10], "wrong": False}
    chain = [fault, *({"lines": ["+"], "from": [place], "wrong": False} for place in range(MOST_BOXES))]

    drawing = drawn([*beside, fault, result_of_both])

    assert [box.lines for box in drawing.boxes] == [("a",), ("*",)]
    assert len(drawing.edges) == 1
    assert drawn(chain) is None
    assert len(drawn(chain[:MOST_BOXES]).boxes) == MOST_BOXES


def test_a_page_shows_the_piece():
    """The page has the drawing with its text escaped."""
    nodes = [{**NODES[0], "lines": ["<script>", "expected 4"]}, *NODES[1:]]
    lost = result(outcome=Outcome.FAILED, message="wrong", properties={"piece": json.dumps(nodes)})

    page = render_html(report(lost))

    assert '<svg class="piece"' in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert 'role="img" aria-label="A graph of 3 nodes. Wrong: &lt;script&gt;, expected 4."' in page
