"""`grader grade`: the verdict on one submission, without a server."""

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.grading_options import RunnerOption, SeedOption, WithoutBonus, seed_for
from grader.cli.outputs import HtmlOption, JsonOption, PytestOption, status_of_exit, write_report

if TYPE_CHECKING:
    from grader.core.report import GradedReport
    from grader.core.submission import Submission
    from grader.pipeline import Grader

app = typer.Typer()


Lines = Annotated[
    bool,
    typer.Option("--lines", help="Find the lines that failed tests point to, in a second run."),
]


@app.command("grade")
def grade_command(  # noqa: PLR0913, PLR0917 - a command's options are its parameters
    context: typer.Context,
    submission: Annotated[Path, typer.Argument(metavar="FILE.zip|DIR", exists=True, help="The submission.")],
    json_file: JsonOption = None,
    html_file: HtmlOption = None,
    pytest_file: PytestOption = None,
    runner: RunnerOption = None,
    seed: SeedOption = None,
    without_bonus: WithoutBonus = False,  # noqa: FBT002 - a flag
    lines: Lines = False,  # noqa: FBT002 - a flag
) -> None:
    """Grade one submission and print its report."""
    from grader.pipeline import Grader
    from grader.runners import allowed_runners
    from grader.settings import read_settings

    settings = read_settings()
    kinds = allowed_runners(settings, runner)
    with closing(Grader(settings.assignment, kinds, context.obj, with_bonus=not without_bonus)) as grader:
        rubric = grader.begin()  # while the suite's process starts, this one imports what it needs later

        from grader.cli.late_progress import LateProgress
        from grader.intake import read_submission

        work = read_submission(submission)
        with LateProgress(rubric) as progress:
            report = grader.grade(work, seed_for(settings, seed, work), progress.listen)

        from grader.render.terminal import console_for, print_report

        print_report(report, console_for(sys.stdout))
        write_report(report, json_file, html_file, pytest_file)
        if lines:
            _print_places(grader, work, seed_for(settings, seed, work), report)
    raise typer.Exit(status_of_exit(report))


def _print_places(grader: "Grader", work: "Submission", seed: int, report: "GradedReport") -> None:
    """Find and print the places in the code that the lost tests point to."""
    from rich.console import Console

    from grader.core.place import raised_places
    from grader.render.notes import notes_of
    from grader.render.terminal import console_for
    from grader.render.terminal_notes import print_notes

    with Console(stderr=True).status("Running the tests again, line by line"):
        places = grader.find_places(work, seed, report)
    places = raised_places(report.score.results, report.files) | places
    print_notes(notes_of(report.score, places), console_for(sys.stdout))
