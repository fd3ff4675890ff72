"""Deadlines: an entered text as an instant, an instant in words, and the test for lateness.

People enter a deadline in the course's time zone. A date alone means the end of that day. The whole minute of
a deadline is in time.
"""

import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DEFAULT_ZONE = "UTC"
FORMS = "2026-12-18, 2026-12-18 18:00, 2026-12-18T18:00+01:00 or 2026-12-18 18:00 Europe/Berlin"
_MINUTE = timedelta(minutes=1)
_END_OF_DAY = time(23, 59)
_ENTERED = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})(?:[T ]+(?P<time>\d{1,2}:\d{2}(?::\d{2})?))?"
    r"\s*(?P<zone>Z|[+-]\d{2}(?::?\d{2})?|[A-Za-z][A-Za-z0-9_+/-]+)?"
)
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})?")


def zone_named(name: str) -> ZoneInfo:
    """Return the time zone of that name. Raises ValueError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}; name one such as Europe/Berlin or UTC") from None


def parse_due(text: str, zone_name: str) -> datetime:
    """Return the instant of an entered deadline, in UTC. Raises ValueError."""
    entered = _ENTERED.fullmatch(text.strip())
    if not entered:
        raise ValueError(f"{text!r} is no date or time; enter one such as {FORMS}")
    zone = _zone(entered["zone"], zone_name)
    try:
        local = datetime.combine(datetime.fromisoformat(entered["date"]), _time(entered["time"]))
    except ValueError as wrong:
        raise ValueError(f"{text!r} is no date or time: {wrong}; enter one such as {FORMS}") from None
    moment = local.replace(tzinfo=zone, fold=1).astimezone(UTC)  # of an hour that comes twice, the second
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        raise ValueError(
            f"{text!r} does not exist in {zone}: clocks are put forward then; enter another time"
        )
    return moment


def in_words(moment: datetime, zone_name: str) -> str:
    """Return an instant as a person in that time zone says it, with the same instant in UTC."""
    local = moment.astimezone(zone_named(zone_name))
    utc = moment.astimezone(UTC)
    words = f"{local:%A} {local.day} {local:%B %Y, %H:%M} {local:%Z}"
    if local.utcoffset() == timedelta(0):
        return words
    other_day = "" if utc.date() == local.date() else f"{utc:%A} "
    return f"{words} ({zone_name}; {other_day}{utc:%H:%M} UTC)"


def briefly(moment: datetime, zone_name: str) -> str:
    """Return an instant in the time zone of a course, as in Mon 30 Nov, 16:00 UTC."""
    local = moment.astimezone(zone_named(zone_name))
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M} {local:%Z}"


def countdown(moment: datetime, due_at: datetime) -> str:
    """Return the time to a deadline as in Due in 20 h, or the time since it as in Closed 3 days ago."""
    left = closing(due_at) - moment
    words = _roughly(abs(left))
    return f"Due in {words}" if left > timedelta(0) else f"Closed {words} ago"


def _roughly(span: timedelta) -> str:
    """Return a duration in its largest unit: days from two days on, hours from two hours on, minutes."""
    for unit, name in ((timedelta(days=1), "days"), (timedelta(hours=1), "h")):
        if span >= 2 * unit:
            return f"{span // unit} {name}"
    return f"{max(1, span // _MINUTE)} min"


def closing(due_at: datetime) -> datetime:
    """Return the first instant that is late: the whole minute of a deadline is in time."""
    return due_at.replace(second=0, microsecond=0) + _MINUTE


def is_late(received_at: datetime, due_at: datetime | None) -> bool:
    """Tell whether a submission of that instant is late."""
    return due_at is not None and received_at >= closing(due_at)


def _zone(entered: str | None, zone_name: str) -> tzinfo:
    if entered is None:
        return zone_named(zone_name)
    if entered == "Z":
        return UTC
    offset = _OFFSET.fullmatch(entered)
    if not offset:
        return zone_named(entered)
    sign, hours, minutes = offset.groups()
    return datetime.strptime(f"{sign}{hours}{minutes or '00'}", "%z").tzinfo or UTC


def _time(entered: str | None) -> time:
    """Return the time of day: the end of the day for none, and for 24:00."""
    if entered is None or entered.startswith("24:00"):
        return _END_OF_DAY
    hours, _, rest = entered.partition(":")
    return time.fromisoformat(f"{hours:0>2}:{rest}")
