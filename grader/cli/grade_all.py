"""`grader grade-all`: verdicts on a folder of submissions, without a server."""

import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.exits import Exit
from grader.cli.grading_options import RunnerOption, SeedOption, WithoutBonus, seed_for
from grader.cli.outputs import writable

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from grader.downloads import Found
    from grader.render.csv import Row

app = typer.Typer()


@app.command("grade-all")
def grade_all_command(  # noqa: PLR0913, PLR0917 - as above
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(exists=True, help="A folder of zips and folders, or one zip of them all.")
    ],
    csv_file: Annotated[
        Path, typer.Option("--csv", metavar="OUT", callback=writable, help="Write one line per submission.")
    ],
    due: Annotated[
        str | None, typer.Option("--due", help="The deadline; later submissions are marked late.")
    ] = None,
    time_zone: Annotated[str, typer.Option("--time-zone", help="Time zone of the deadline.")] = "UTC",
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=64, help="Submissions graded at a time.")] = 1,
    runner: RunnerOption = None,
    seed: SeedOption = None,
    without_bonus: WithoutBonus = False,  # noqa: FBT002 - a flag
) -> None:
    """Grade all submissions in a folder from a learning management system or GitHub Classroom."""
    from grader.batch import downloads_in, grade_all
    from grader.pipeline import Grader
    from grader.render.batch import print_batch
    from grader.render.counting import counting
    from grader.render.csv import render_csv
    from grader.render.terminal import console_for
    from grader.runners import allowed_runners
    from grader.settings import read_settings

    due_at, zone = _deadline(due, time_zone)
    settings = read_settings()
    kinds = allowed_runners(settings, runner)
    rows: list[Row] = []
    with (
        downloads_in(folder) as found,
        closing(Grader(settings.assignment, kinds, context.obj, with_bonus=not without_bonus)) as grader,
        counting(sys.stderr) as progress,
    ):
        _announce(found, folder)
        progress.begin("grading", len(found.submissions))
        downloads = [
            replace(each, label=each.label.with_lateness(due_at, zone)) for each in found.submissions
        ]
        for row in grade_all(downloads, grader, lambda work: seed_for(settings, seed, work), jobs):
            rows.append(row)  # and kept at once: what is graded outlives an interruption
            csv_file.write_text(render_csv(grader.begin(), rows), encoding="utf-8")
            progress.advance(row.submission)
    print_batch(rows, console_for(sys.stdout))
    raise typer.Exit(_summary(rows, csv_file))


def _deadline(due: str | None, time_zone: str) -> "tuple[datetime | None, tzinfo]":
    """Return the deadline, repeated in words, and the zone that it is meant in. Raises SettingsError."""
    from grader.core.deadline import in_words, parse_due, zone_named
    from grader.settings import SettingsError

    try:
        due_at = parse_due(due, time_zone) if due else None
        zone = zone_named(time_zone)
    except ValueError as wrong:
        raise SettingsError(f"--due, --time-zone: {wrong}") from None
    if due_at:
        typer.echo(f"due {in_words(due_at, time_zone)}", err=True)
    return due_at, zone


def _announce(found: "Found", folder: Path) -> None:
    """Name the files that are no submissions. Raises BadParameter when there are no submissions."""
    from grader.intake.refusal import printable

    if found.passed_over:
        typer.echo(f"ignored, no submissions: {', '.join(map(printable, found.passed_over))}", err=True)
    if not found.submissions:
        raise typer.BadParameter(f"no submissions in {folder}: put the downloaded zips or folders there")


def _summary(rows: list["Row"], csv_file: Path) -> Exit:
    """Say how many submissions were graded; return the status of the worst."""
    from grader.batch import REFUSED
    from grader.core.report import GradedReport

    refused = sum(row.status == REFUSED for row in rows)
    reports = [row.outcome for row in rows if isinstance(row.outcome, GradedReport)]
    unjudged = sum(not report.score.judged for report in reports)
    failed = len(rows) - refused - len(reports)
    graded = len(reports) - unjudged
    lacking = f", {unjudged} not fully judged" if unjudged else ""
    typer.echo(f"{graded} graded{lacking}, {refused} refused, {failed} failed on our side: {csv_file}")
    if failed:
        return Exit.GRADER_FAILED
    complete = len(reports) == len(rows) and all(report.complete for report in reports)
    return Exit.DONE if complete else Exit.NOT_JUDGED
