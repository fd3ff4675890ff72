"""`grader template`: make the project that students start from."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Make the project that students start from.")


@app.command("export")
def export_template(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
) -> None:
    """Write the complete project that students start from."""
    from grader.settings import read_settings
    from grader.template import export

    written = export(read_settings().assignment, folder)
    typer.echo(
        f"{len(written)} files written to {folder}; a student starts there with `uv sync && uv run pytest`."
    )


@app.command("regenerate")
def regenerate_template() -> None:
    """Cut student_template/ out of reference/ again, after a change there."""
    from grader.settings import read_settings
    from grader.template import regenerate

    for path in regenerate(read_settings().assignment):
        typer.echo(path)
