"""The pieces of a page that change while a submission is watched: what they say, and that they stay small."""

from datetime import UTC, datetime

import pytest

from grader.store.states import State
from grader.store.tables import Progress
from grader.web.pages.charts import line
from grader.web.pages.live import CURVE_POINTS, Picture, Training, event, pieces, training_of
from grader.web.pages.site import Site
from tests.grader.support.page import Page
from tests.grader.support.reports import RUBRIC

COUNTS = {
    "adding": {"done": 4, "passed": 4, "total": 4},
    "taking": {"done": 4, "passed": 3, "total": 4},
    "roots": {"done": 1, "passed": 1, "total": 4},
}
PLAIN = {
    "id": "1",
    "state": State.GRADING,
    "attempt": 1,
    "place": None,
    "wait": None,
    "counts": COUNTS,
    "parts": (*RUBRIC.parts, *RUBRIC.bonus_parts),
    "stage": None,
    "has_second_stage": True,
    "training": None,
}


def shown(name, **fields):
    """Return a piece of the page, parsed."""
    return Page(pieces(Picture(**{**PLAIN, **fields}))[name])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"place": 1, "wait": 0}, "Number 1 in the queue: next to be graded."),
        ({"place": 3, "wait": 95}, "Number 3 in the queue, about 1 min 35 s to wait."),
        ({"place": 1, "wait": None}, "Number 1 in the queue: next to be graded; the wait is not known."),
        ({"place": 3, "wait": None}, "Number 3 in the queue; the wait is not known."),
        ({"place": None}, "Waiting."),
        ({"place": 1, "wait": 0, "attempt": 1}, "Grading starts again (attempt 2)."),
    ],
)
def test_the_line_of_what_is_queued(fields, words):
    """Place and time are told, and that an attempt of ours came to nothing."""
    queued = {"state": State.QUEUED, "attempt": 0, "counts": {}}

    assert words in shown("line", **{**queued, **fields}).words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"counts": {}}, "Being graded: a sandbox is opened."),
        ({}, "The tests are running."),
        (
            {"stage": {"score": 4.25, "max_score": 5}},
            "4.25 of 5 points. Only what takes long is still to come.",
        ),
        ({"training": Training("Roots", "epoch 1", line([]))}, "The tests are done. Training goes on."),
    ],
)
def test_the_line_of_what_is_graded(fields, words):
    """The line says in a sentence what goes on."""
    assert shown("line", **fields).words == words


def test_tests_are_counted_by_problem():
    """Every problem of the rubric has its row, those that are done with a sign that is not only a colour."""
    page = shown("tests")

    assert "9 of 12 tests done, 8 passed" in page.words
    assert "Addition 4 / 4 ✓4 Subtraction 4 / 4 ✗3" in page.words
    assert "Roots 1 / 4 1" in page.words


def test_before_the_tests_are_known_every_row_is_there():
    """Rows are there from the beginning, so that nothing moves when numbers arrive."""
    empty, full = shown("tests", counts={}), shown("tests")

    assert [tag for tag, _ in empty.tags] == [tag for tag, _ in full.tags]


def test_only_what_is_queued_offers_to_cancel():
    """The button is there while cancelling does something."""
    assert "/submissions/1/cancel" in shown("action", state=State.QUEUED, counts={}).attributes("action")
    assert shown("action").attributes("action") == []


def test_an_event_is_one_event_whatever_it_carries():
    """Every line of a piece is data, so that no text can begin an event of its own."""
    sent = event("training", "a\n\nevent: over\r\ndata: b\x85c\u2028d")

    assert sent.startswith("event: training\n")
    assert sent.endswith("\n\n")
    assert all(each.startswith("data: ") for each in sent[:-2].split("\n")[1:])
    assert "\r" not in sent


def told(*numbers, problem="roots"):
    """Return what a submission told of its training."""
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    return [
        Progress(
            id=n,
            submission_id="1",
            attempt=1,
            kind="training",
            data={"problem": problem, "numbers": each},
            at=moment,
        )
        for n, each in enumerate(numbers)
    ]


def test_a_training_is_a_growing_curve():
    """Each loss is a point of the curve, labelled with how far the training was."""
    found = training_of(
        Site(RUBRIC, b"secret", over_tls=False, has_second_stage=True),
        told(*({"epoch": n, "epochs": 3, "loss": 3 / n} for n in (1, 2, 3))),
    )

    assert (found.problem, found.stage) == ("Roots", "epoch 3/3")
    assert [(dot.label, dot.value) for dot in found.losses.dots] == [
        ("epoch 1/3", 3),
        ("epoch 2/3", 1.5),
        ("epoch 3/3", 1),
    ]


def test_another_training_begins_a_new_curve():
    """When a second problem trains, the losses of the first are not mixed in."""
    found = training_of(
        Site(RUBRIC, b"secret", over_tls=False, has_second_stage=True),
        [*told({"epoch": 9, "loss": 9.0}, problem="adding"), *told({"epoch": 1, "loss": 1.0})],
    )

    assert [dot.value for dot in found.losses.dots] == [1.0]


def test_a_long_training_stays_a_small_page():
    """The curve has a bounded number of points, the newest among them."""
    losses = told(*({"epoch": n, "loss": float(n)} for n in range(5_000)))

    found = training_of(Site(RUBRIC, b"secret", over_tls=False, has_second_stage=True), losses)

    assert len(found.losses.dots) == CURVE_POINTS
    assert found.losses.dots[-1].value == 4_999
