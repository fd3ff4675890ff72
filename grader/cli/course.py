"""`grader course`."""

import typer

app = typer.Typer()
