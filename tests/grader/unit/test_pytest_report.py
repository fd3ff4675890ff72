"""pytest-json-report's format, written and read."""

import json

import pytest

from grader.core.pytest_report import Reported, ReportError, from_entry, read_report, to_entry, to_report
from grader.core.scoring import Outcome, TestResult
from tests.grader.support.reports import PASSED, report, result

RESULTS = [
    TestResult(
        "test_a", "TestOne", Outcome.PASSED, "It is one.", file="tests/test_x.py", line=3, seconds=0.5
    ),
    TestResult(
        "test_b[x::y-1]",
        "TestOne",
        Outcome.FAILED,
        "It is two.",
        message="the number is 3",
        expected="2",
        actual="3",
        hint="Count again.",
        file="tests/test_x.py",
        line=7,
        properties={"closes_gate": "it counts by hand", "cost": 21.5},
    ),
    TestResult("test_c", "TestTwo", Outcome.ERROR, message="ValueError: no", file="tests/test_y.py"),
    TestResult("test_d", "TestTwo", Outcome.NOT_RUN, message="The run ended.", file="tests/test_y.py"),
    TestResult("test_e", "TestTwo", Outcome.NOT_JUDGED, message="no MNIST", file="tests/test_y.py"),
]
PLAIN = {"nodeid": "tests/test_x.py::TestOne::test_a", "lineno": 3, "outcome": "passed"}


@pytest.mark.parametrize("written", RESULTS, ids=lambda written: written.outcome.value)
def test_what_is_written_is_read_again(written):
    """A result survives the format whole, by way of JSON text."""
    assert from_entry(json.loads(json.dumps(to_entry(written)))) == written


def test_a_report_has_the_formats_keys():
    """Programs that read reports of pytest-json-report find its summary, its times and its tests."""
    lost = result("TestTaking", "test_takes", Outcome.FAILED, message="the number is 3")

    written = to_report(report(lost, seconds=2.5))

    assert written["summary"] == {"passed": 2, "failed": 1, "total": 3, "collected": 3}
    assert (written["exitcode"], written["duration"]) == (1, 2.5)
    assert written["tests"][1]["call"]["crash"]["message"] == "the number is 3"
    assert read_report(json.dumps(written), "report.json") == Reported([PASSED[0], lost, PASSED[2]], 2.5)


@pytest.mark.parametrize(
    ("outcome", "means"),
    [
        ("passed", Outcome.PASSED),
        ("failed", Outcome.FAILED),
        ("skipped", Outcome.FAILED),
        ("xfailed", Outcome.FAILED),
        ("xpassed", Outcome.FAILED),
        ("error", Outcome.NOT_JUDGED),
        ("rerun", Outcome.FAILED),
    ],
)
def test_only_what_passed_earns_points(outcome, means):
    """Every outcome but `passed` is lost, except for an error of a fixture, which is not the submission's."""
    read = from_entry({**PLAIN, "outcome": outcome})

    assert read.outcome is means
    assert bool(read.message) is (outcome != "passed")


def test_metadata_cannot_turn_a_loss_into_a_pass():
    """The grader's own word for an outcome counts only where it says the same as pytest's."""
    entry = {**PLAIN, "outcome": "failed", "metadata": {"outcome": "passed"}}

    assert from_entry(entry).outcome is Outcome.FAILED


def test_the_reason_is_that_of_the_phase_that_failed():
    """The message of a test that did not pass is its crash's, whichever phase that was in."""
    crash = {"path": "x.py", "lineno": 1, "message": "fixture 'mnist' is gone\x1b[2J"}
    entry = {**PLAIN, "outcome": "error", "setup": {"duration": 1, "outcome": "failed", "crash": crash}}

    assert from_entry(entry).message.startswith("fixture 'mnist' is gone")
    assert "\x1b" not in from_entry(entry).message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"tests": {}}',
        '{"tests": [1]}',
        '{"tests": [{}]}',
        '{"tests": [{"nodeid": 1, "outcome": "passed"}]}',
        '{"tests": [{"nodeid": "a::b", "outcome": "passed", "metadata": []}]}',
        '{"tests": [{"nodeid": "a::b", "outcome": "passed", "metadata": {"outcome": "great"}}]}',
        '{"tests": [{"nodeid": "a::b", "outcome": "passed", "lineno": "x"}]}',
        '{"tests": [{"nodeid": "a::b", "outcome": ["passed"]}]}',
        '{"tests": [{"nodeid": "a::b", "outcome": "passed", "call": 3}]}',
        '{"tests": [{"nodeid": "a::b", "outcome": "passed", "user_properties": 3}]}',
        '{"tests": [{"nodeid": "a::b", "outcome": "failed", "call": {"crash": "x"}}]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_report_is_refused_with_the_place_and_the_remedy(text):
    """The error names the file, the test in it, and the command that writes a report."""
    with pytest.raises(ReportError, match=r"^mine\.json.*--json-report"):
        read_report(text, "mine.json")
