"""The events of a followed run."""

from grader.core.scoring import Outcome, TestResult
from grader.worker import follower as following
from grader.worker.follower import Follower
from tests.grader.support.reports import RUBRIC, report

TESTS = {"TestAdding": ["test_a", "test_b"], "TestTaking": ["test_c"], "TestUnknown": ["test_d"]}


def told(monkeypatch, *events, pause=0.0):
    """Return the events that a follower sends."""
    monkeypatch.setattr(following, "PAUSE_SECONDS", pause)
    heard = []
    follower = Follower(RUBRIC, lambda kind, data: heard.append((kind, data)))
    for kind, content in events:
        follower.listen(kind, content)
    return heard


def test_tests_are_counted_by_problem(monkeypatch):
    """Each picture has all counts; classes that no problem names are not counted."""
    heard = told(
        monkeypatch,
        ("collected", TESTS),
        ("result", TestResult("test_a", "TestAdding", Outcome.PASSED)),
        ("result", TestResult("test_a", "TestTaking", Outcome.FAILED)),
        ("result", TestResult("test_a", "TestUnknown", Outcome.PASSED)),
    )

    kind, last = heard[-1]
    assert kind == "tests"
    assert (last["done"], last["passed"], last["total"]) == (2, 1, 3)
    assert last["problems"]["adding"] == {"done": 1, "passed": 1, "total": 2}
    assert last["problems"]["taking"] == {"done": 1, "passed": 0, "total": 1}


def test_each_test_has_its_mark_in_the_order_of_the_suite(monkeypatch):
    """Each test has its own mark, whichever ends first; missing code is no failure."""
    heard = told(
        monkeypatch,
        ("collected", {"TestAdding": ["test_a", "test_b", "test_c", "test_d"]}),
        ("result", TestResult("test_c", "TestAdding", Outcome.ERROR)),
        ("result", TestResult("test_b", "TestAdding", Outcome.PASSED)),
        ("result", TestResult("test_d", "TestAdding", Outcome.NOT_WRITTEN)),
        ("result", TestResult("test_unknown", "TestAdding", Outcome.FAILED)),
    )

    assert heard[-1][1]["marks"] == {"adding": ".pfn"}


def test_many_results_make_few_pictures(monkeypatch):
    """Between two pictures there is a pause, however quick the tests are."""
    results = [("result", TestResult("test_a", "TestAdding", Outcome.PASSED))] * 2

    assert len(told(monkeypatch, ("collected", TESTS), *results, pause=60)) == 1


def test_the_second_stage_comes_with_the_points_of_the_first(monkeypatch):
    """At the second stage followers learn the score so far."""
    heard = told(monkeypatch, ("collected", TESTS), ("stage", report()))

    kind, data = heard[-1]
    assert kind == "stage"
    assert (data["score"], data["max_score"]) == (5, 5)
    assert data["parts"] == [{"id": "part1", "score": 5, "max": 5}]


def test_training_is_told_with_its_problem(monkeypatch):
    """The numbers of a long call are passed on with the problem that waits; other kinds are passed over."""
    progress = {"group": "TestAdding", "numbers": {"epoch": 2, "loss": 0.5}}

    heard = told(monkeypatch, ("progress", progress), ("other", None))

    assert heard == [("training", {"problem": "adding", "numbers": {"epoch": 2, "loss": 0.5}})]


def test_a_flood_of_training_makes_few_rows(monkeypatch):
    """A submission may report its training at any rate: followers send one event in a pause."""
    flood = [("progress", {"group": "TestAdding", "numbers": {"epoch": n}}) for n in range(100)]

    assert len(told(monkeypatch, *flood, pause=60)) == 1
