"""Lifetimes of links and sessions, in words."""

from datetime import timedelta

HOUR = timedelta(hours=1)
HOURS_OF_DAY = 24


def in_words(lifetime: timedelta) -> str:
    """Return a lifetime of whole hours in words: `3 days`, `12 hours`."""
    hours = lifetime // HOUR
    count, unit = (hours // HOURS_OF_DAY, "day") if hours % HOURS_OF_DAY == 0 else (hours, "hour")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
