"""Deadlines: an entered text is one instant, said in words, and its whole minute is in time."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.core.deadline import briefly, countdown, in_words, is_late, parse_due

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("entered", "zone", "utc"),
    [
        ("2026-12-18", "UTC", "2026-12-18T23:59"),
        ("2026-12-18", BERLIN, "2026-12-18T22:59"),
        ("2026-12-18", "Pacific/Auckland", "2026-12-18T10:59"),
        ("2026-12-18", "America/Los_Angeles", "2026-12-19T07:59"),
        ("2026-12-18 18:00", BERLIN, "2026-12-18T17:00"),
        ("2026-12-18T18:00", BERLIN, "2026-12-18T17:00"),
        ("2026-12-18T9:05", BERLIN, "2026-12-18T08:05"),
        ("2026-12-18T18:00:30", BERLIN, "2026-12-18T17:00:30"),
        ("2026-12-18T24:00", BERLIN, "2026-12-18T22:59"),
        ("2026-12-18T18:00Z", BERLIN, "2026-12-18T18:00"),
        ("2026-12-18T18:00+05:30", BERLIN, "2026-12-18T12:30"),
        ("2026-12-18 18:00 -0800", BERLIN, "2026-12-19T02:00"),
        ("2026-12-18T18:00-08", BERLIN, "2026-12-19T02:00"),
        ("2026-12-18+01:00", "UTC", "2026-12-18T22:59"),
        ("2026-12-18 Europe/Berlin", "UTC", "2026-12-18T22:59"),
        ("2026-12-18 18:00 America/New_York", BERLIN, "2026-12-18T23:00"),
        (" 2026-07-01 ", BERLIN, "2026-07-01T21:59"),
        ("2026-10-25 02:30", BERLIN, "2026-10-25T01:30"),
    ],
)
def test_an_entered_deadline_is_one_instant(entered, zone, utc):
    """A date is the end of its day in the course's zone; a zone or an offset of its own wins."""
    assert parse_due(entered, zone) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("entered", "words"),
    [
        ("tomorrow", "enter one such as 2026-12-18"),
        ("18.12.2026", "enter one such as"),
        ("2026-02-30", "no date or time"),
        ("2026-12-18 25:00", "no date or time"),
        ("2026-12-18 18:00 Mars/Base", "no time zone 'Mars/Base'"),
        ("2026-12-18 18:00 ../../etc/passwd", "no date or time"),
        ("2026-03-29 02:30", "does not exist in Europe/Berlin"),
        ("", "no date or time"),
    ],
)
def test_what_is_no_instant_is_refused_with_forms(entered, words):
    """The error about a wrong entry lists right forms."""
    with pytest.raises(ValueError, match=words):
        parse_due(entered, BERLIN)


@pytest.mark.parametrize(
    ("entered", "zone", "words"),
    [
        ("2026-12-18", BERLIN, "Friday 18 December 2026, 23:59 CET (Europe/Berlin; 22:59 UTC)"),
        ("2026-07-01", BERLIN, "Wednesday 1 July 2026, 23:59 CEST (Europe/Berlin; 21:59 UTC)"),
        ("2026-12-18", "UTC", "Friday 18 December 2026, 23:59 UTC"),
        (
            "2026-12-18",
            "America/New_York",
            "Friday 18 December 2026, 23:59 EST (America/New_York; Saturday 04:59 UTC)",
        ),
    ],
)
def test_the_instant_is_said_in_words(entered, zone, words):
    """Day, time, zone, and the same instant in UTC."""
    assert in_words(parse_due(entered, zone), zone) == words


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(days=9), "Due in 9 days"),
        (timedelta(hours=47), "Due in 47 h"),
        (timedelta(hours=20), "Due in 20 h"),
        (timedelta(minutes=100), "Due in 101 min"),
        (timedelta(0), "Due in 1 min"),
        (timedelta(minutes=-1), "Closed 1 min ago"),
        (timedelta(hours=-5), "Closed 4 h ago"),
        (timedelta(days=-3), "Closed 2 days ago"),
    ],
)
def test_the_time_left_is_in_its_largest_unit(before, words):
    """The whole minute of a deadline is in time; after it the words say how long ago it was."""
    due_at = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)

    assert countdown(due_at - before, due_at) == words


def test_a_deadline_is_short_beside_the_time_left():
    """Day and time in the course's zone, without the year."""
    assert briefly(datetime(2026, 11, 30, 16, 0, tzinfo=UTC), "UTC") == "Mon 30 Nov, 16:00 UTC"
    assert briefly(datetime(2026, 11, 30, 16, 0, tzinfo=UTC), BERLIN) == "Mon 30 Nov, 17:00 CET"


@pytest.mark.parametrize(
    ("seconds", "late"), [(-1, False), (0, False), (1, False), (59.999, False), (60, True), (61, True)]
)
@pytest.mark.parametrize("second", [0, 30])
def test_the_whole_minute_is_in_time(seconds, late, second):
    """A deadline in minutes is over after its minute, for any second in it."""
    minute = datetime(2026, 12, 18, 22, 59, tzinfo=UTC)

    assert is_late(minute + timedelta(seconds=seconds), minute.replace(second=second)) == late


def test_without_a_deadline_nothing_is_late():
    """An assignment may have none."""
    assert not is_late(datetime.now(UTC), None)
