"""The file in which Gradescope says whose each folder of an export is."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import yaml

from grader.core.label import Label
from grader.core.text import clean_line

METADATA = "submission_metadata.yml"
CHARACTERS = 200


def labels_in(content: bytes) -> dict[str, Label]:
    """Return the label of each folder; nothing from a file of another form."""
    try:
        document = yaml.safe_load(content.decode("utf-8-sig", "replace"))
    except (yaml.YAMLError, ValueError):
        return {}
    if not isinstance(document, Mapping):
        return {}
    return {str(name): _label(facts) for name, facts in document.items() if isinstance(facts, Mapping)}


def _label(facts: Mapping[Any, Any]) -> Label:
    people = [each for each in _list(_value(facts, "submitters")) if isinstance(each, Mapping)]
    identities = [_first(person, "sid", "email") for person in people]
    created = _value(facts, "created_at")
    received = created if isinstance(created, datetime) else None
    if received is not None and received.tzinfo is None:
        received = received.replace(tzinfo=UTC)
    late = _value(facts, "late")
    return Label(
        student="; ".join(_first(person, "name", "email") for person in people),
        id="; ".join(filter(None, identities)),
        attempt=str(len(_list(_value(facts, "history"))) + 1),
        received_at=received,
        is_late=late if isinstance(late, bool) else None,
    )


def _first(person: Mapping[Any, Any], *names: str) -> str:
    found = (str(_value(person, name)) for name in names if _value(person, name))
    return clean_line(next(found, ""), CHARACTERS)


def _value(facts: Mapping[Any, Any], name: str) -> Any:
    """Return a value under its name, with or without the colon that Ruby writes before it."""
    return facts.get(f":{name}", facts.get(name))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
