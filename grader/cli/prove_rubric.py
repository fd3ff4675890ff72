"""`grader rubric prove`: plant every mistake and mutant, and count the ones that the tests catch."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.exits import Exit
from grader.cli.outputs import writable


def prove_rubric(
    only: Annotated[
        str | None, typer.Option("--only", metavar="PROBLEM", help="Prove one problem, by its id.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, max=64, help="Runs at a time. [default: one per core]")
    ] = None,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="OUT", callback=writable, help="Write the proof as JSON."),
    ] = None,
    page_file: Annotated[
        Path | None,
        typer.Option("--page", metavar="OUT", callback=writable, help="Write the proof as a Markdown page."),
    ] = None,
    runner: Annotated[
        str | None,
        typer.Option(
            "--runner", metavar="NAME", help="Runner of the copies. [default: the lightest that isolates]"
        ),
    ] = None,
) -> None:
    """Prove that the tests catch the known mistakes.

    Every mistake of the catalogue and every mutant of the reference runs through the ordinary grading path.
    Exit status 1 means that a figure is too low.
    """
    from grader.proof.page import figures, render_page
    from grader.proof.proof_json import to_document
    from grader.proof.run_proof import prove
    from grader.render.counting import counting
    from grader.runners import allowed_runners
    from grader.settings import read_settings

    settings = read_settings()
    kinds = allowed_runners(settings, runner) if runner else allowed_runners(settings)[::-1]
    with counting(sys.stderr, quiet=json_file is not None) as progress:

        def tell(stage: str, steps: int) -> Callable[[], None]:
            progress.begin(stage, steps)
            return progress.advance

        proof = prove(settings.assignment, kinds, jobs or os.cpu_count() or 1, only, tell)
    document = to_document(proof)
    if json_file is not None:
        json_file.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if page_file is not None:
        page_file.write_text(render_page(document), encoding="utf-8")
    typer.echo(figures(document))
    raise typer.Exit(Exit.DONE if proof.holds else Exit.NOT_PROVED)
