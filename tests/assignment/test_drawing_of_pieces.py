"""The drawing of a smallest failing piece: boxes from the inputs to the result, in a report's page."""

import json

import pytest

from grader.core.scoring import Outcome
from grader.render.drawing import MOST_BOXES, drawing_of
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
        json.dumps([{"lines": ["a"], "from": [], "wrong": False}] * (MOST_BOXES + 1)),
    ],
)
def test_what_is_no_expression_is_not_drawn(piece):
    """A stored text of another form, a circle, or too many boxes have no drawing."""
    assert drawn(piece) is None


def test_a_page_shows_the_piece():
    """The page has the drawing with its text escaped."""
    nodes = [{**NODES[0], "lines": ["<script>", "expected 4"]}, *NODES[1:]]
    lost = result(outcome=Outcome.FAILED, message="wrong", properties={"piece": json.dumps(nodes)})

    page = render_html(report(lost))

    assert '<svg class="piece"' in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
