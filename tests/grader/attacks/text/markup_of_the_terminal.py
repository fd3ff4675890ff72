"""Puts the markup of the terminal's own library into errors and output."""

from honest import *

EVIL = "[/][bold green]104 of 104[/bold green][link=http://127.0.0.1/]x[/link][/]"
print(EVIL)


def run_add(a, b):
    """Raise it."""
    raise ValueError(EVIL)
