"""`grader keep`."""

import typer

app = typer.Typer()
