"""Notes on a student's code in a terminal: each place with its points and its reason, the costliest first."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.core.scoring import format_points
from grader.core.text import clean_line
from grader.render.notes import Note

CHARACTERS = 300
NO_PLACE = "No line of the code is known to be wrong: the reasons above say where to look."


def print_notes(notes: Sequence[Note], console: Console) -> None:
    """Print `notes`, or that there are none."""
    console.print()
    if not notes:
        console.print(Text(NO_PLACE, "dim"))
        return
    console.print(Text("Places in the code", "bold"))
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 1))
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    for note in notes:
        place = note.place
        what = Text(clean_line(f"{place.file}:{note.line}" if note.line else place.file, CHARACTERS), "cyan")
        if place.source:
            what.append(f"  {clean_line(place.source, CHARACTERS)}", "bold")
        what.append(f"\n{clean_line(note.title, CHARACTERS)}\n")
        what.append(clean_line(place.told, CHARACTERS), "dim")
        table.add_row(what, Text(f"-{format_points(note.cost)}", "red"))
    console.print(table)
