"""The live pieces of a page: their sentences, and their bounded size."""

from datetime import UTC, datetime

import pytest

from grader.store.states import State
from grader.store.tables import EventRow
from grader.usecases.pace import NOBODY_GRADES
from grader.usecases.show import Waiting
from grader.web.pages.live_page import CURVE_POINTS, event, loss_plot, pieces, training_of
from grader.web.pages.live_picture import COLUMNS, ROWS, Picture, Training
from grader.web.pages.page_context import PageContext
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
    "waiting": None,
    "waited": 41.0,
    "counts": COUNTS,
    "marks": {"adding": "pppp", "taking": "ppfp"},
    "parts": RUBRIC.parts,
    "bonus_parts": RUBRIC.bonus_parts,
    "stage": None,
    "has_second_stage": True,
    "training": None,
}


def shown(name, **fields):
    """Return a piece of the page, parsed."""
    return Page(pieces(Picture(**{**PLAIN, **fields}))[name])


def queued(**fields):
    """Return the fields of a picture of a submission that waits."""
    attempt = fields.pop("attempt", 0)
    plain = {"place": 3, "seconds": 95, "queued": 12, "slots": 2, "follows": False, "reason": ""}
    waiting = Waiting(**{**plain, **fields})
    return {
        "state": State.QUEUED,
        "attempt": attempt,
        "counts": {},
        "marks": {},
        "waiting": waiting,
        "waited": None,
    }


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"place": 1, "seconds": 0}, "Number 1 in the queue. You are next."),
        (
            {},
            "Number 3 in the queue. Your turn comes in about 1 min 35 s. 2 submissions are graded at a time.",
        ),
        ({"slots": 1}, "One submission is graded at a time."),
        ({"place": 1, "seconds": None, "reason": NOBODY_GRADES}, f"Number 1 in the queue. {NOBODY_GRADES}"),
        ({"place": 3, "seconds": None, "reason": "The wait is unknown."}, "queue. The wait is unknown."),
        ({"place": None, "seconds": None}, "A worker has taken it."),
        ({"place": 1, "seconds": 0, "attempt": 1}, "Grading starts again (attempt 2)."),
        (
            {"place": 1, "seconds": 40, "follows": True},
            "Your earlier submission is being graded; this one follows, in about 40 s.",
        ),
        (
            {"place": 1, "seconds": None, "follows": True, "reason": NOBODY_GRADES},
            f"Your earlier submission is being graded; this one follows. {NOBODY_GRADES}",
        ),
    ],
)
def test_the_line_of_what_is_queued(fields, words):
    """The line has place and wait, the earlier submission that runs, and a new attempt after a failed one."""
    assert words in shown("line", **queued(**fields)).words


def test_the_place_is_the_big_number():
    """A queued submission shows its place of how many, and each place as a square, its own among them."""
    page = shown("number", **queued())

    assert page.words == "3 of 12 in the queue"
    assert page.attributes("class", "rect") == ["ahead"] * 2 + ["own"] + ["behind"] * 9


def test_a_long_queue_is_not_drawn():
    """Thousands that wait are a number, and no picture."""
    page = shown("number", **queued(place=900, queued=4_000))

    assert page.words == "900 of 4000 in the queue"
    assert page.attributes("class", "rect") == []


def test_the_steps_say_what_is_done():
    """Each step of the way has its state in words: done, now, or nothing."""
    waits = shown("steps", **queued())
    trains = shown("steps", training=Training("Extra part", "epoch 1", loss_plot([{}])))

    assert (
        waits.words
        == "[check] done: Received [ellipsis] now: Queue number 3 Tests Training after the tests Report"
    )
    assert (
        "[check] done: Queue waited 41 s [check] done: Tests 9 of 12 [ellipsis] now: Training Extra part"
        in trains.words
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"counts": {}}, "Grading starts."),
        ({}, "The tests are running."),
        (
            {"stage": {"score": 4.25, "max_score": 5}},
            "4.25 of 5 points. Only the long tests are left.",
        ),
        (
            {"training": Training("Extra part", "epoch 1", loss_plot([{}]))},
            "The other tests are done. Training is running.",
        ),
    ],
)
def test_the_line_of_what_is_graded(fields, words):
    """The line describes the progress in a sentence."""
    assert shown("line", **fields).words == words


def test_tests_are_counted_by_part():
    """Every part of the rubric has its row, those that are done with a word that is not only a colour."""
    page = shown("tests")

    assert "9 of 12 tests done, 8 passed" in page.words
    assert "First part 8 / 8 [x] 1 failed" in page.words
    assert "Bonus 1 / 4 [ellipsis] running" in page.words


def test_a_test_fills_its_own_square():
    """Each test has one place from the beginning: when others end, a mark stays where it is."""
    early, late = (shown("tests", marks={"adding": marks, "taking": "...."}) for marks in ("..f.", "ppfp"))

    assert early.attributes("cx", "circle")[0] == late.attributes("cx", "circle")[0]
    assert early.attributes("class", "rect")[:3] == ["to-come"] * 3
    assert late.attributes("class", "rect")[:3] == ["passed"] * 3


def test_unwritten_work_is_quiet():
    """A test without code, or one that did not run, is neither passed nor failed."""
    page = shown("tests", counts={"adding": {"done": 2, "passed": 0, "total": 2}}, marks={"adding": "nn"})

    assert page.attributes("class", "rect")[:2] == ["quiet"] * 2
    assert "First part 2 / 2 [circle-dashed] 2 open" in page.words


def test_a_worker_that_sends_no_marks():
    """From the counts alone each test still has a square."""
    page = shown("tests", marks={})

    assert page.attributes("class", "rect")[:7] == ["passed"] * 7
    assert len(page.attributes("class", "circle")) == 1 + 1  # and that of the legend


def test_many_tests_keep_the_height_of_a_row():
    """A part of thousands of tests makes smaller squares, and no more rows than there is room for."""
    many = {"adding": {"done": 0, "passed": 0, "total": 5_000}}
    few, lots = shown("tests"), shown("tests", counts=many, marks={})

    height = [box.split()[3] for box in lots.attributes("viewbox", "svg")]
    assert height[0] == str(14 * ROWS)
    assert few.attributes("viewbox", "svg")[0] == f"0 0 {14 * COLUMNS} 14"


def test_before_the_tests_are_known_every_row_is_there():
    """Rows are there from the beginning, so that nothing moves when numbers arrive."""
    empty, full = shown("tests", counts={}, marks={}), shown("tests")

    rows = [[tag for tag, _ in page.tags if tag in {"li", "h2", "section"}] for page in (empty, full)]
    assert rows[0] == rows[1]
    assert len(empty.attributes("viewbox", "svg")) == len(full.attributes("viewbox", "svg"))


def test_only_what_is_queued_offers_to_cancel():
    """The button is there while cancelling does something."""
    assert "/submissions/1/cancel" in shown("action", **queued()).attributes("action")
    assert shown("action").attributes("action") == []


def test_an_event_is_one_event_whatever_it_carries():
    """Every line of a piece is data, so that no text can begin an event of its own."""
    sent = event("training", "a\n\nevent: over\r\ndata: b\x85c\u2028d").decode()

    assert sent.startswith("event: training\n")
    assert sent.endswith("\n\n")
    assert all(each.startswith("data: ") for each in sent[:-2].split("\n")[1:])
    assert "\r" not in sent


def told(*numbers, problem="roots"):
    """Return the training events of a submission."""
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    return [
        EventRow(
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
        PageContext(RUBRIC, b"secret", over_tls=False, has_second_stage=True),
        told(*({"epoch": n, "epochs": 3, "loss": 3 / n} for n in (1, 2, 3))),
    )

    assert (found.part, found.stage) == ("Extra part", "epoch 3 of 3")
    assert [(mark.point.label, mark.point.value) for mark in found.losses.marks] == [
        ("epoch 1 of 3", 3),
        ("epoch 2 of 3", 1.5),
        ("epoch 3 of 3", 1),
    ]


def test_another_training_begins_a_new_curve():
    """When a second problem trains, the losses of the first are not mixed in."""
    found = training_of(
        PageContext(RUBRIC, b"secret", over_tls=False, has_second_stage=True),
        [*told({"epoch": 9, "loss": 9.0}, problem="adding"), *told({"epoch": 1, "loss": 1.0})],
    )

    assert [mark.point.value for mark in found.losses.marks] == [1.0]


def test_a_long_training_stays_a_small_page():
    """For any number of events, the curve has a bounded number of points, the newest among them."""
    losses = told(*({"epoch": n, "loss": float(n)} for n in range(5_000)))

    found = training_of(PageContext(RUBRIC, b"secret", over_tls=False, has_second_stage=True), losses)

    assert len(found.losses.marks) == CURVE_POINTS
    assert found.losses.marks[-1].point.value == 4_999


def test_the_rest_of_the_training_is_shaded():
    """After two of four epochs, half of the axis is still to come; batches count as parts of an epoch."""
    numbers = [{"epoch": 1 + n, "epochs": 4, "batch": 5, "batches": 5, "loss": 1.0} for n in range(2)]

    page = shown("training", training=Training("Extra part", "epoch 2 of 4", loss_plot(numbers)))

    assert [each["x"] for tag, each in page.tags if each.get("class") == "ahead"] == ["50.0%"]
    assert "loss 0% 0" not in page.words
    for words in ("loss", "epochs done", "Extra part: epoch 2 of 4"):
        assert words in page.words


def test_a_percentage_says_of_what():
    """The progress of a training names the batches, so that nobody reads an accuracy."""
    told_so = training_of(
        PageContext(RUBRIC, b"secret", over_tls=False, has_second_stage=True),
        told({"epoch": 3, "epochs": 3, "batch": 45, "batches": 100, "loss": 1.0}),
    )

    assert told_so.stage == "epoch 3 of 3, 45 % of the batches"


@pytest.mark.parametrize("loss", [1e15, -1e15, 0.0, 1e-300])
@pytest.mark.parametrize("epoch", [1e15, -1e15, 0.5])
def test_a_submission_may_report_absurd_numbers(loss, epoch):
    """Any number has its place in the plot."""
    numbers = [{"epoch": epoch, "epochs": 3, "batch": -1, "batches": 1e-9, "loss": loss}, {"loss": 1.0}]

    drawn = loss_plot(numbers)

    assert all(0 <= mark.x <= 100 and 0 <= mark.y <= 100 for mark in drawn.marks)
    assert len(drawn.lines) <= 6
    assert len(drawn.labels) <= 9
