"""The live page of a submission moves on by itself, without jumping, and outlives a restart."""

import pytest

from grader.store.attempts import publish, take
from grader.store.events import add_event
from grader.store.verdict import verdict_of
from tests.grader.support import gallery
from tests.grader.support.course import of_the_suite


@pytest.fixture
def watched(exhibition):
    """Return the id of a submission that waits."""
    return exhibition.hand_in("ben", b"watched")


def say(exhibition, submission, kind, data):
    """Tell those who watch a worker's events."""
    with exhibition.database.write() as session:
        add_event(session, submission, 1, kind, data)


@pytest.mark.parametrize("width", [320, 1280])
def test_a_page_moves_on_by_itself_and_nothing_jumps(exhibition, visit, watched, width):
    """From the queue over tests and training to the report each step is shown, and nothing is pushed away."""
    window = visit("ben", viewport={"width": width, "height": 1200})
    page = window.open(f"/submissions/{watched}")
    page.get_by_text("in the queue").first.wait_for()
    loaded = window.moment()
    with exhibition.database.write() as session:
        job = take(session, watched, "test")
    page.get_by_text("Grading starts").wait_for()
    [counts] = gallery.tests_told(exhibition.rubric)
    say(exhibition, watched, "tests", counts)
    page.get_by_text("The tests are running").wait_for()
    [stage] = gallery.stage_told(exhibition.rubric)
    say(exhibition, watched, "stage", stage)
    page.get_by_text("Only the long tests").wait_for()
    for each in gallery.training_told(exhibition.rubric):
        say(exhibition, watched, "training", each)
    page.get_by_text("epoch 3 of 3").first.wait_for()
    shifted = window.shifted(since=loaded)
    with exhibition.database.write() as session:
        publish(session, job, of_the_suite(session, verdict_of(gallery.made_up(exhibition.rubric))))

    page.get_by_text("Next step").wait_for()

    assert shifted == 0


def test_a_page_that_waits_outlives_a_restart(exhibition, visit, watched):
    """The service goes away and comes back with the verdict; the page that waited shows it, untouched."""
    window = visit("ben")
    for told_by_browser_or_library in ("ERR_", "[object Event]"):
        window.expect(told_by_browser_or_library)
    page = window.open(f"/submissions/{watched}")
    page.get_by_text("in the queue").first.wait_for()

    [served] = [each for each in exhibition.site.processes if each.poll() is None]
    served.terminate()
    served.wait(60)
    exhibition.grade(watched)
    exhibition.serve()

    page.get_by_text("Next step").wait_for()
