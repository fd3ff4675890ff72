"""Admission: the decision on an upload, by policy and history alone."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from grader.store.admission import (
    EarlierSubmission,
    KeyReused,
    New,
    Repeat,
    TooSoon,
    count_attempts_left,
    decide,
)
from grader.store.courses import SubmissionPolicy
from grader.store.states import Priority, State
from grader.store.submissions import Basis, Upload

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
BASIS = Basis("suite", "rubric")
FREE = SubmissionPolicy(hourly_limit=None, supersede=False)


def wish(sha256="new", policy=FREE, key=None, **fields):
    """Return an upload of bytes with that hash for `sums`, and the policy of `sums`."""
    return Upload(1, "sums", sha256, b"", key, **fields), policy


def past(name="old", minutes=10, **fields):
    """Return a submission of so many minutes ago, graded on the present basis; its name is its hash."""
    graded = EarlierSubmission(
        name, "sums", name, None, State.GRADED, NOW - timedelta(minutes=minutes), BASIS
    )
    return dataclasses.replace(graded, **fields)


def test_a_first_try_and_a_later_one():
    """A first submission is served before later ones, in each assignment."""
    assert decide(*wish(), [], BASIS, NOW) == New(Priority.INTERACTIVE)
    assert decide(*wish(), [past()], BASIS, NOW) == New(Priority.RESUBMISSION)
    assert decide(*wish(), [past(assignment_id="other")], BASIS, NOW) == New(Priority.INTERACTIVE)


@pytest.mark.parametrize(
    ("fields", "is_repeat"),
    [
        ({}, True),
        ({"state": State.NOT_GRADABLE}, True),
        ({"state": State.QUEUED, "basis": None}, True),
        ({"state": State.GRADING, "basis": None}, True),
        ({"basis": Basis("other suite", "rubric")}, False),
        ({"basis": None}, False),
        ({"state": State.CANCELLED}, False),
        ({"state": State.GRADER_ERROR, "basis": None}, False),
        ({"sha256": "other bytes"}, False),
        ({"assignment_id": "other"}, False),
    ],
)
def test_the_same_bytes_find_their_verdict(fields, is_repeat):
    """Bytes that wait, or have a verdict on the present suite and rubric, are not graded twice."""
    decision = decide(*wish("old"), [past(**fields)], BASIS, NOW)

    assert (decision == Repeat("old")) is is_repeat


def test_the_newest_of_the_same_bytes_is_found():
    """Among repeats the newest one is returned, and `again` makes a new one anyway."""
    history = [past("newer", 1, sha256="same"), past("older", 2, sha256="same")]

    assert decide(*wish("same"), history, BASIS, NOW) == Repeat("newer")
    assert decide(*wish("same", again=True), history, BASIS, NOW) == New(Priority.RESUBMISSION)


def test_a_key_belongs_to_its_bytes():
    """The same key and bytes are one submission, also with `again`; other bytes are refused."""
    history = [past(idempotency_key="k", assignment_id="other")]

    assert decide(*wish("old", key="k", again=True), history, BASIS, NOW) == Repeat("old")
    assert decide(*wish("new", key="k"), history, BASIS, NOW) == KeyReused()
    assert decide(*wish("new", key="another"), history, BASIS, NOW) == New(Priority.INTERACTIVE)
    assert decide(*wish("new"), history, BASIS, NOW) == New(Priority.INTERACTIVE)


def test_the_hourly_limit():
    """With two an hour, the third may come when the first is an hour old."""
    two = SubmissionPolicy(hourly_limit=2, supersede=False)
    history = [past("b", 10), past("a", 40)]

    decision = decide(*wish(policy=two), history, BASIS, NOW)

    assert decision == TooSoon(NOW + timedelta(minutes=20))
    assert isinstance(decide(*wish(policy=two), history, BASIS, decision.next_try), New)


@pytest.mark.parametrize("state", [State.CANCELLED, State.SUPERSEDED, State.GRADER_ERROR])
def test_what_costs_no_attempt(state):
    """Submissions that never got a verdict of ours do not count against the limit."""
    one = SubmissionPolicy(hourly_limit=1, supersede=False)

    assert isinstance(decide(*wish(policy=one), [past(state=state)], BASIS, NOW), New)
    assert isinstance(decide(*wish(policy=one), [past()], BASIS, NOW), TooSoon)


@pytest.mark.parametrize(
    ("policy", "state", "supersedes"),
    [
        (SubmissionPolicy(), State.QUEUED, True),
        (SubmissionPolicy(), State.GRADING, False),
        (FREE, State.QUEUED, False),
    ],
)
def test_the_newest_supersedes_what_is_queued(policy, state, supersedes):
    """A waiting submission is superseded only if the policy says so."""
    decision = decide(*wish(policy=policy), [past(state=state)], BASIS, NOW)

    assert decision == New(Priority.RESUBMISSION, supersedes=supersedes)


@pytest.mark.parametrize(
    ("limit", "history", "left"),
    [
        (None, [past()], None),
        (3, [], 3),
        (3, [past(), past(minutes=59)], 1),
        (3, [past(), past(minutes=61)], 2),
        (3, [past(state=State.CANCELLED), past(state=State.GRADER_ERROR)], 3),
        (1, [past(), past()], 0),
    ],
)
def test_the_tries_that_are_left(limit, history, left):
    """Submissions of the last hour that cost an attempt count; never less than none are left."""
    assert count_attempts_left(limit, history, NOW) == left
