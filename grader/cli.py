"""The command line: `grader grade`, `grade-all`, `rubric check`, `template export`.

Exit codes: 0 done, 1 graded but something could not be judged, 2 wrong use, 3 refused at intake, 4 the grader
itself failed.
"""

import json
import sys
import traceback
from contextlib import closing
from enum import IntEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from grader.batch import REFUSED, find_submissions, grade_all, read_submission
from grader.core.document import DocumentError
from grader.core.report import GradedReport, Status, to_document
from grader.core.rubric import compare
from grader.core.submission import Submission
from grader.intake import Refused
from grader.pipeline import Grader
from grader.probe import NoRunner, find_out
from grader.render.csv import Row, render_csv
from grader.render.doctor import RunnerRow, print_doctor
from grader.render.progress import batch_progress, suite_progress
from grader.render.terminal import print_report
from grader.sandbox.choice import UnknownRunner, candidates, every_runner, isolating
from grader.sandbox.docker.kind import Docker
from grader.sandbox.runner import SandboxError
from grader.seed import derive_seed, read_secret
from grader.settings import Settings, SettingsError, read_settings
from grader.suite.assignment import load_assignment
from grader.suite.run import SuiteFailed, SuiteProcess
from grader.template import MarkerError, export, regenerate

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
rubric_app = typer.Typer(no_args_is_help=True, help="Look after the rubric.")
template_app = typer.Typer(no_args_is_help=True, help="Make the project that students start from.")
app.add_typer(rubric_app, name="rubric")
app.add_typer(template_app, name="template")


class Exit(IntEnum):
    """What the exit status says."""

    DONE = 0
    NOT_JUDGED = 1
    WRONG_USE = 2
    REFUSED = 3
    GRADER_FAILED = 4


WRONG_USE = (
    SettingsError,
    DocumentError,
    UnknownRunner,
    NoRunner,
    MarkerError,
    FileExistsError,
    FileNotFoundError,
)
GRADER_FAILED = (SuiteFailed, SandboxError)


def _writable(path: Path | None) -> Path | None:
    """Refuse a file whose folder is not there before the work is done, not after."""
    if path is not None and not path.absolute().parent.is_dir():
        raise typer.BadParameter(f"the folder {path.absolute().parent} does not exist")
    return path


RunnerOption = Annotated[
    str | None, typer.Option("--runner", metavar="NAME", help="Where submissions run. [env: GRADER_RUNNER]")
]
SeedOption = Annotated[
    int | None,
    typer.Option("--seed", min=0, help="Seed of the inputs, instead of one derived from the submission."),
]
WithoutBonus = Annotated[
    bool, typer.Option("--without-bonus", help="Leave the bonus parts out: seconds instead of minutes.")
]


def main() -> None:
    """Run the command line and end with its exit status."""
    try:
        app()
    except Refused as refused:
        fail(str(refused), Exit.REFUSED)
    except WRONG_USE as wrong:
        fail(str(wrong), Exit.WRONG_USE)
    except GRADER_FAILED as failed:
        fail(f"we failed to grade this; it does not count: {failed}", Exit.GRADER_FAILED)
    except Exception:  # noqa: BLE001 - the status must say that it was not the submission
        traceback.print_exc()
        fail(
            "this is a mistake in the grader; it does not count. Please report the lines above.",
            Exit.GRADER_FAILED,
        )


def fail(message: str, status: Exit) -> None:
    """Say why on standard error and end."""
    print(message, file=sys.stderr)  # noqa: T201 - the command line's own voice
    sys.exit(status)


@app.command("grade")
def grade_command(  # noqa: PLR0913, PLR0917 - a command's options are its parameters
    submission: Annotated[
        Path, typer.Argument(metavar="FILE.zip|DIR", exists=True, help="What was handed in.")
    ],
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="OUT", callback=_writable, help="Write the report as JSON."),
    ] = None,
    html_file: Annotated[
        Path | None,
        typer.Option("--html", metavar="OUT", callback=_writable, help="Write the report as a page."),
    ] = None,
    runner: RunnerOption = None,
    seed: SeedOption = None,
    without_bonus: WithoutBonus = False,  # noqa: FBT002 - a flag
) -> None:
    """Grade one submission and print its report."""
    settings = read_settings()
    kinds = candidates(runner or settings.runner, _docker(settings))
    rubric = load_assignment(settings.assignment).rubric
    work = read_submission(submission)
    with (
        closing(Grader(settings.assignment, kinds, with_bonus=not without_bonus)) as grader,
        suite_progress(Console(stderr=True), rubric) as progress,
    ):
        report = grader.grade(work, _seed(settings, seed, work), progress.listen)
    print_report(report, Console())
    _write(report, json_file, html_file)
    raise typer.Exit(_status(report))


@app.command("grade-all")
def grade_all_command(  # noqa: PLR0913, PLR0917 - as above
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="A folder of zips and folders.")
    ],
    csv_file: Annotated[
        Path, typer.Option("--csv", metavar="OUT", callback=_writable, help="Write one line per submission.")
    ],
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=64, help="Submissions graded at a time.")] = 1,
    runner: RunnerOption = None,
    seed: SeedOption = None,
    without_bonus: WithoutBonus = False,  # noqa: FBT002 - a flag
) -> None:
    """Grade every submission in a folder."""
    settings = read_settings()
    kinds = candidates(runner or settings.runner, _docker(settings))
    rubric = load_assignment(settings.assignment).rubric
    paths = find_submissions(folder)
    if not paths:
        raise typer.BadParameter(f"there is nothing in {folder}: put the downloaded zips or folders there")
    rows: list[Row] = []
    with (
        closing(Grader(settings.assignment, kinds, with_bonus=not without_bonus)) as grader,
        batch_progress(Console(stderr=True), len(paths)) as progress,
    ):
        for row in grade_all(paths, grader, lambda work: _seed(settings, seed, work), jobs):
            rows.append(row)  # and kept at once: what is graded outlives an interruption
            csv_file.write_text(render_csv(rubric, rows), encoding="utf-8")
            progress.update(progress.task_ids[0], advance=1, description=row.submission)
    raise typer.Exit(_summary(rows, csv_file))


@app.command("doctor")
def doctor_command() -> None:
    """Tell which runners work on this machine, what each keeps of its promises, and why not."""
    docker = _docker(read_settings())
    findings = [find_out(kind) for kind in every_runner(docker)]
    isolates = isolating(docker)
    rows = [
        RunnerRow(
            name=finding.kind.name,
            isolates=finding.kind in isolates,
            unavailable=finding.unavailable,
            kept={promise: promise not in finding.broken for promise in sorted(finding.kind.promises)},
        )
        for finding in findings
    ]
    usable = [finding.kind.name for finding in findings if finding.holds and finding.kind in isolates]
    print_doctor(rows, usable[0] if usable else None, Console())
    raise typer.Exit(Exit.DONE if usable else Exit.NOT_JUDGED)


@rubric_app.command("check")
def check_rubric() -> None:
    """Prove that the rubric and the suite name the same classes and that the points add up."""
    assignment = load_assignment(read_settings().assignment)
    with closing(SuiteProcess(assignment.root, assignment.rubric.suite)) as suite:
        tests = suite.tests
    differences = compare(assignment.rubric, tests)
    for difference in differences:
        typer.echo(difference, err=True)
    if differences:
        raise typer.Exit(Exit.WRONG_USE)
    rubric = assignment.rubric
    count = sum(len(names) for names in tests.values())
    typer.echo(
        f"{len(list(rubric.problems))} problems, {rubric.max_score} points and {rubric.max_bonus} bonus "
        f"points, decided by {count} tests in {len(tests)} classes."
    )


@template_app.command("export")
def export_template(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
) -> None:
    """Write the complete project that students start from."""
    written = export(read_settings().assignment, folder)
    typer.echo(
        f"{len(written)} files written to {folder}; a student starts there with `uv sync && uv run pytest`."
    )


@template_app.command("regenerate")
def regenerate_template() -> None:
    """Cut student_template/ out of reference/ again, after a change there."""
    for path in regenerate(read_settings().assignment):
        typer.echo(path)


def _docker(settings: Settings) -> Docker:
    return Docker(settings.docker_image, settings.docker_runtime, settings.pool)


def _seed(settings: Settings, seed: int | None, work: Submission) -> int:
    return derive_seed(read_secret(settings.data_dir), work.sha256) if seed is None else seed


def _write(report: GradedReport, json_file: Path | None, html_file: Path | None) -> None:
    if json_file is not None:
        text = json.dumps(to_document(report), indent=2, ensure_ascii=False, allow_nan=False)
        json_file.write_text(f"{text}\n", encoding="utf-8")
    if html_file is not None:
        from grader.render.html import render_html  # noqa: PLC0415 - only pages need the template engine

        html_file.write_text(render_html(report), encoding="utf-8")


def _status(report: GradedReport) -> Exit:
    if report.status is Status.GRADER_ERROR:
        return Exit.GRADER_FAILED
    return Exit.DONE if report.complete else Exit.NOT_JUDGED


def _summary(rows: list[Row], csv_file: Path) -> Exit:
    """Say how many submissions were graded; return the status of the worst."""
    refused = sum(row.status == REFUSED for row in rows)
    failed = sum(row.status == Status.GRADER_ERROR for row in rows)
    graded = len(rows) - refused - failed
    typer.echo(f"{graded} graded, {refused} refused, {failed} failed by us: {csv_file}")
    if failed:
        return Exit.GRADER_FAILED
    complete = all(isinstance(row.outcome, GradedReport) and row.outcome.complete for row in rows)
    return Exit.DONE if complete else Exit.NOT_JUDGED
