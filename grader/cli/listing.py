"""Lists on the command line: a line for each entry with tabs between its values, or a JSON document."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

MOST_CHARACTERS = 1_000  # of one value in a line

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")]


def print_list(name: str, entries: Iterable[Mapping[str, Any]], *, as_json: bool, **more: Any) -> None:
    """Print `entries`: their values as lines, or the JSON document {name: entries, **more}.

    The names in a document are stable. Values may be added to it.
    """
    if as_json:
        print_json({name: list(entries), **more})
        return
    for entry in entries:
        typer.echo(line_of(list(entry.values())))


def print_json(document: Mapping[str, Any]) -> None:
    """Print a JSON document in ASCII; moments are ISO 8601 with their offset from UTC."""
    typer.echo(json.dumps(document, indent=1, default=_plain))


def line_of(values: Sequence[Any]) -> str:
    """Return the values with tabs between them, without control characters; no value is a dash."""
    from grader.core.text import clean_line

    return "\t".join(clean_line(_shown(value), MOST_CHARACTERS) for value in values)


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return "-" if value is None else str(value)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON")
