"""`grader doctor`: checks of the service's needs on this host, and the state of the workers."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.cli.doctor.finding import Finding, Findings
    from grader.probe import RunnerCheck
    from grader.render.doctor import RunnerRow, WorkerRow
    from grader.service_settings import ServiceSettings

app = typer.Typer()


@app.command("doctor")
def doctor_command(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
) -> None:
    """Check database, disk, data, secret, address, time, versions and runners; list the missing ones."""
    from grader.render.doctor import print_doctor
    from grader.service_settings import read_service_settings

    settings = read_service_settings()
    say: Callable[[Finding], None] = _keep if as_json else typer.echo
    checks = _report_all(_checks(settings), say)
    found = _runners(settings)
    rows, chosen = _rows(found), _chosen(found, settings.grading.runner)
    workers = find_workers()
    checks += _report_all(_judge(settings, found, chosen, workers), say)
    lacking = [each for each in checks if each.level == "missing"]
    if as_json:
        typer.echo(json.dumps(_document(checks, lacking, rows, chosen, workers), indent=1))
    else:
        print_doctor(rows, chosen)
        names = ", ".join(dict.fromkeys(each.check for each in lacking))
        typer.echo(f"not ready, missing: {names}" if lacking else "ready")
    raise typer.Exit(Exit.NOT_JUDGED if lacking else Exit.DONE)


def _keep(finding: Finding) -> None:
    """Print nothing."""


def _report_all(findings: Findings, say: Callable[[Finding], None]) -> list[Finding]:
    """Return all findings; each is shown as soon as it is known."""
    kept = []
    for each in findings:
        say(each)
        kept.append(each)
    return kept


def _checks(settings: ServiceSettings) -> Iterator[Finding]:
    """Yield the findings, the quick checks first."""
    from grader.cli.doctor.address import check_address
    from grader.cli.doctor.grading import check_data
    from grader.cli.doctor.host import check_disk, check_secret, check_versions
    from grader.cli.doctor.store import check_store
    from grader.suite.assignment import load_assignment

    assignment = load_assignment(settings.grading.assignment)
    yield from check_versions(settings, assignment)
    yield from check_store(settings)
    yield from check_disk(settings)
    yield from check_secret(settings)
    yield from check_address(settings)
    yield from check_data(assignment)


def _judge(
    settings: ServiceSettings, found: list[RunnerCheck], chosen: str | None, workers: list[WorkerRow] | None
) -> Iterator[Finding]:
    from grader.cli.doctor.grading import judge_runners, judge_workers

    yield judge_runners(found, settings.grading.runner, chosen)
    yield from judge_workers(workers)


def _runners(settings: ServiceSettings) -> list[RunnerCheck]:
    """Return the check of every runner."""
    from grader.probe import check_runner
    from grader.runners import docker_of
    from grader.sandbox.runner_choice import every_runner

    return [check_runner(kind) for kind in every_runner(docker_of(settings.grading))]


def _rows(found: list[RunnerCheck]) -> list[RunnerRow]:
    from grader.render.doctor import RunnerRow

    return [
        RunnerRow(
            name=each.kind.name,
            isolates=_isolates(each),
            unavailable=each.unavailable,
            kept={guarantee: guarantee not in each.failed for guarantee in sorted(each.kind.guarantees)},
        )
        for each in found
    ]


def _chosen(found: list[RunnerCheck], wanted: str | None) -> str | None:
    """Return the runner that grading takes: the one of the settings, else the strongest that isolates."""
    able = [each for each in found if each.is_usable]
    taken = [each for each in able if each.kind.name == wanted] if wanted else filter(_isolates, able)
    return next((each.kind.name for each in taken), None)


def _isolates(found: RunnerCheck) -> bool:
    from grader.sandbox.docker.kind import Docker
    from grader.sandbox.runner_choice import isolating

    return found.kind.name in {kind.name for kind in isolating(Docker())}


def _document(
    checks: list[Finding],
    lacking: list[Finding],
    rows: list[RunnerRow],
    chosen: str | None,
    workers: list[WorkerRow] | None,
) -> dict[str, Any]:
    return {
        "ready": not lacking,
        "missing": [asdict(each) for each in lacking],
        "checks": [asdict(each) for each in checks],
        "runners": [asdict(row) for row in rows],
        "chosen": chosen,
        "workers": [asdict(each) for each in workers or []],
    }


def find_workers() -> list[WorkerRow] | None:
    """Return the workers of the service; None if there is no database here, or it does not answer."""
    from sqlalchemy.exc import SQLAlchemyError

    from grader.render.doctor import WorkerRow
    from grader.service_settings import read_service_settings
    from grader.store import open_existing
    from grader.store.queue.living import list_living

    try:
        with (
            closing(open_existing(read_service_settings().database)) as database,
            database.read() as session,
        ):
            found = list_living(session)
    except (SQLAlchemyError, OSError, ValueError):
        return None  # the check of the database says why
    return [WorkerRow(each.id, each.host, each.slots, each.refusal, each.warning) for each in found]
