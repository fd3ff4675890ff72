"""The time until a deadline, in words."""

import pytest

from grader.web.pages.view import countdown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-30, "less than 1 min"),
        (0, "less than 1 min"),
        (59.9, "less than 1 min"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_660, "1 h 1 min"),
        (86_399, "23 h 59 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_the_time_that_is_left(seconds, words):
    """The time is cut to whole minutes, so the page never promises more than there is."""
    assert countdown(seconds) == words


def test_a_minute_has_one_text():
    """All moments of a minute show the same, so a kept page is right for a minute."""
    assert len({countdown(64_800 + second) for second in range(60)}) == 1
