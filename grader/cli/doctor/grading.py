"""Checks of grading: the data that the suite needs, the runners of this host, and the workers."""

import subprocess
import sys

from grader.cli.doctor.finding import Finding, Findings, missing, note, ok
from grader.probe import RunnerCheck
from grader.render.doctor import WorkerRow
from grader.suite.assignment import Assignment

DATA, RUNNERS, WORKERS = "data", "runners", "workers"
DATA_SECONDS = 300


def check_data(assignment: Assignment) -> Findings:
    """Run the suite's own check of its data, which may download it."""
    module = assignment.manifest.data_check
    if not module:
        yield ok(DATA, "The suite states no data that it needs.")
        return
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, and a module of the assignment
            [sys.executable, "-m", module],
            cwd=assignment.root,
            capture_output=True,
            text=True,
            timeout=DATA_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        yield missing(DATA, f"The check of the data took more than {DATA_SECONDS} s; check the network.")
        return
    said = (done.stderr if done.returncode else done.stdout).strip() or f"{module} ended without a message."
    yield missing(DATA, said) if done.returncode else ok(DATA, said)


def judge_runners(found: list[RunnerCheck], wanted: str | None, chosen: str | None) -> Finding:
    """Return whether there is a runner for grading; `wanted` is that of the settings."""
    if chosen is None:
        fault = f"GRADER_RUNNER={wanted} does not work" if wanted else "No runner isolates submissions"
        return missing(RUNNERS, f"{fault} here; the table shows the reasons.")
    working = ", ".join(each.kind.name for each in found if each.is_usable)
    return ok(RUNNERS, f"{working} work here; the grader uses {chosen}.")


def judge_workers(workers: list[WorkerRow] | None) -> Findings:
    """Say which workers take nothing; nothing where there is no service."""
    if workers is None:
        return
    if not workers:
        yield note(WORKERS, "No worker is alive: start `grader serve` or `grader worker`.")
    for each in workers:
        if each.refusal:
            yield missing(WORKERS, f"{each.name} on {each.host} takes no submissions. {each.refusal}")
        else:
            yield ok(WORKERS, f"{each.name} on {each.host} grades. {each.warning}".rstrip())
