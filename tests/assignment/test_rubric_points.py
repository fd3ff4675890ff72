"""The points, sections and hints of the assignment's rubric."""

import pytest

from grader.core.rubric import parse_rubric
from tests.assignment.samples import ROOT


@pytest.fixture
def handout():
    """Return the rubric of the assignment itself."""
    return parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8"))


def test_handout_parts(handout):
    """The parts have the points of the handout's table."""
    assert [part.max_score for part in handout.parts] == [15, 20, 15, 22, 17, 15]
    assert {part.id: part.max_score for part in handout.bonus_parts} == {
        "mnist": 5,
        "adam": 5,
        "conv2d": 10,
        "graph": 3,
    }
    assert (handout.max_score, handout.max_bonus) == (104, 23)


def test_handout_points(handout):
    """The points of each problem are the handout's."""
    points = [
        [problem.points for problem in part.problems] for part in (*handout.parts, *handout.bonus_parts)
    ]

    assert points == [
        [2, 2, 2, 3, 3, 3],
        [3, 3, 4, 5, 3, 2],
        [3, 3, 3, 3, 3],
        [2, 3, 2, 4, 3, 2, 3, 2, 1],
        [5, 4, 3, 2, 3],
        [2, 3, 3, 2, 3, 2],
        [3, 2],
        [5],
        [4, 6],
        [3],
    ]


def test_handout_sections_and_hints(handout):
    """Each problem has its section and a hint."""
    parts = (*handout.parts, *handout.bonus_parts)
    chapters = [{problem.section.split(".")[0] for problem in part.problems} for part in parts]

    assert chapters == [{"2"}, {"3"}, {"4"}, {"5"}, {"6"}, {"7"}, {"8"}, {"9"}, {"9"}, {"9"}]
    assert all(problem.hint for problem in handout.problems)
