"""What the service bears: `uv run python benchmarks/service.py [sqlite] [postgresql]` prints a table.

On this machine, with a small assignment (three tests, the runner `process`), so that the figures show the
service and not a suite: 50 uploads at the same moment; 300 submissions of 100 students within ten seconds,
graded by two slots (SQLite: one worker; PostgreSQL: two workers with a slot each); and how soon the
submission of a worker that was killed is taken again.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import func, select

from grader.store import open_database
from grader.store.states import Priority, State
from grader.store.tables import Report, Submission
from tests.harness import postgresql
from tests.harness.assignment import slow
from tests.harness.site import Site, hand_in

PARALLEL = 50
SLOTS = 2
STUDENTS, TRIES, BURST_SECONDS = 100, 3, 10.0
DRAIN_SECONDS = 900


@contextmanager
def served(kind: str) -> Iterator[Site]:
    """Run the service on a database of this kind, with two slots in all."""
    with tempfile.TemporaryDirectory() as folder, database(kind) as url:
        site = Site(Path(folder), url, GRADER_SLOTS=str(SLOTS if kind == "sqlite" else 1))
        try:
            site.serve()
            if kind == "postgresql":
                site.start("worker", "--slots", "1")
            site.wait_for(lambda: site.health().get("slots") == SLOTS)
            yield site
        finally:
            site.close()


@contextmanager
def database(kind: str) -> Iterator[str]:
    """Give the URL of an empty database; for SQLite none, which means a file in the data folder."""
    if kind == "sqlite":
        yield ""
        return
    folder = postgresql.new_folder()
    cluster = postgresql.Cluster(folder)
    try:
        yield cluster.emptied_database()
    finally:
        cluster.stop()
        postgresql.remove(folder)


def accepts(site: Site) -> Mapping[str, str]:
    """Hand in from 50 students at the same moment."""
    clients = [site.client(f"parallel-{number}@example.edu") for number in range(PARALLEL)]
    together = threading.Barrier(PARALLEL)

    def one(number: int) -> tuple[float, str]:
        clients[number].get("/api/v1/me")  # so that all connections stand
        together.wait()
        began = time.perf_counter()
        answer = hand_in(clients[number], note=f"parallel {number}")
        return time.perf_counter() - began, answer.json()["id"]

    with ThreadPoolExecutor(PARALLEL) as threads:
        answers = list(threads.map(one, range(PARALLEL)))
    seconds = [each for each, _ in answers]
    drained(site, {made for _, made in answers})
    return {
        "accept, 50 at once: p50": f"{1000 * median(seconds):.0f} ms",
        "accept, 50 at once: p95": f"{1000 * p95(seconds):.0f} ms",
    }


def burst(site: Site) -> Mapping[str, str]:
    """Hand in three times each from 100 students within ten seconds, and wait until all is graded."""
    clients = [site.client(f"burst-{number}@example.edu") for number in range(STUDENTS)]
    began = time.monotonic()

    def one(number: int) -> tuple[float, str]:
        time.sleep(max(0.0, began + number * BURST_SECONDS / (STUDENTS * TRIES) - time.monotonic()))
        sent = time.perf_counter()
        answer = hand_in(clients[number % STUDENTS], note=f"burst {number}")
        return time.perf_counter() - sent, answer.json()["id"]

    with ThreadPoolExecutor(PARALLEL) as threads:
        answers = list(threads.map(one, range(STUDENTS * TRIES)))
    made = {each for _, each in answers}
    rows = drained(site, made)
    seconds = time.monotonic() - began
    waits = [(row.taken_at - row.received_at).total_seconds() for row in rows]
    return {
        "burst of 300 in 10 s: accept p95": f"{1000 * p95([each for each, _ in answers]):.0f} ms",
        "burst: lost / graded twice": f"{STUDENTS * TRIES - len(rows)} / {twice(site, made)}",
        "burst: drained after": f"{seconds:.0f} s ({len(rows) / seconds:.1f} a second)",
        "burst: wait p50 / p95": f"{median(waits):.1f} / {p95(waits):.1f} s",
        "burst: later tries taken while a first one waited": str(overtaken(rows)),
    }


def overtaken(rows: list[Submission]) -> int:
    """Count the later tries that were taken while another student's first try waited."""
    first = [row for row in rows if row.priority == Priority.INTERACTIVE]
    later = [row for row in rows if row.priority == Priority.RESUBMISSION]
    return sum(any(one.received_at < row.taken_at < one.taken_at for one in first) for row in later)


def regrade(site: Site) -> Mapping[str, str]:
    """Kill the worker beside the API while it grades, and wait until its submission is taken again."""
    client = site.client("killed@example.edu")
    for worker in site.processes[1:]:  # a second worker would take it at once
        worker.terminate()
        worker.wait()
    submission = hand_in(client, adapters=slow(0.5)).json()["id"]
    site.wait_for(lambda: site.state(submission) == State.GRADING)
    killed = time.monotonic()
    for pid in site.worker_pids():
        os.kill(pid, 9)
    site.wait_for(lambda: row_of(site, submission).attempt > 1)
    taken = time.monotonic() - killed
    site.wait_until_done(client, submission)
    return {"killed worker: its submission is taken again after": f"{taken:.1f} s"}


def drained(site: Site, made: set[str]) -> list[Submission]:
    """Wait until all these submissions are graded; return their rows."""
    end = time.monotonic() + DRAIN_SECONDS
    while True:
        rows = looked_up(site, select(Submission).where(Submission.id.in_(made)))
        if all(row.state is State.GRADED for row in rows) or time.monotonic() > end:
            return [row for row in rows if row.state is State.GRADED]
        time.sleep(0.25)


def twice(site: Site, made: set[str]) -> int:
    """Count the submissions with more than one report."""
    counted = select(Report.submission_id).where(Report.submission_id.in_(made))
    return len(looked_up(site, counted.group_by(Report.submission_id).having(func.count() > 1)))


def row_of(site: Site, submission_id: str) -> Submission:
    """Return the row of a submission."""
    return looked_up(site, select(Submission).where(Submission.id == submission_id))[0]


def looked_up(site: Site, question: Any) -> list[Any]:
    """Ask the store of the site."""
    opened = open_database(site.database_url)
    try:
        with opened.read() as session:
            return list(session.scalars(question))
    finally:
        opened.close()


def p95(values: list[float]) -> float:
    """Return the value that nineteen of twenty do not exceed."""
    return quantiles(values, n=20)[-1]


MEASUREMENTS: tuple[Callable[[Site], Mapping[str, str]], ...] = (accepts, burst, regrade)


def main(kinds: list[str]) -> None:
    """Measure and print."""
    columns = {}
    for kind in kinds:
        with served(kind) as site:
            columns[kind] = {name: value for measure in MEASUREMENTS for name, value in measure(site).items()}
    print(f"| | {' | '.join(kinds)} |")
    print(f"|---|{'---|' * len(kinds)}")
    for name in columns[kinds[0]]:
        print(f"| {name} | {' | '.join(columns[kind][name] for kind in kinds)} |")


if __name__ == "__main__":
    main(sys.argv[1:] or ["sqlite", "postgresql"])
