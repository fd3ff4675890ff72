"""The output of `grader doctor`: the runners, their guarantees, the chosen runner, and workers."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich import box
from rich.table import Table
from rich.text import Text

from grader.core.scoring import Outcome
from grader.render.marks import MARKS
from grader.render.screen import Screen
from grader.render.terminal import console_for

KEPT = {True: Outcome.PASSED, False: Outcome.FAILED}


@dataclass(frozen=True)
class RunnerRow:
    """One runner: whether it isolates, why it is unavailable, or for each guarantee whether it is kept."""

    name: str
    isolates: bool
    unavailable: str | None
    kept: Mapping[str, bool]


def print_doctor(rows: Sequence[RunnerRow], chosen: str | None) -> None:
    """Print a table of `rows`, and the runner that grading takes by default."""
    console = console_for(sys.stdout)
    screen = Screen.of(console.width, console.encoding)
    table = Table(box=box.SIMPLE, pad_edge=False)
    for heading in ("runner", "here", "guarantees"):
        table.add_column(heading)
    for row in rows:
        works = row.unavailable is None and all(row.kept.values())
        table.add_row(row.name, Text("works" if works else "cannot be used"), _guarantees(row, screen))
    console.print(table)
    if chosen is None:
        console.print(
            "No runner isolates submissions here: grading needs --runner process, for trusted code only."
        )
    else:
        console.print(f"Grading takes {chosen}, unless another is asked for.")


@dataclass(frozen=True)
class WorkerRow:
    """One worker of the service: its host, its slots, and notes for its operator."""

    name: str
    host: str
    slots: int
    refusal: str
    warning: str


def _guarantees(row: RunnerRow, screen: Screen) -> Text:
    if row.unavailable is not None:
        return Text(row.unavailable)
    marks = {kept: screen.text(MARKS[name].glyph) for kept, name in KEPT.items()}
    lines = [f"{marks[kept]} {guarantee}" for guarantee, kept in row.kept.items()]
    return Text("\n".join(lines if row.isolates else [*lines, "  and nothing else: it does not isolate"]))
