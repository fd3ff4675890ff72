"""`grader submit`."""

import typer

app = typer.Typer()
