"""The load of a service: `uv run python benchmarks/service.py [sqlite] [postgresql]` prints a table.

On this machine, with a small assignment (three tests, the runner `process`), so that the figures show the
service and not a suite. First the API alone: 50 uploads in the same instant, and 50 connections in a loop,
beside an application that reads the same form and keeps nothing. Then with two slots (SQLite: one worker;
PostgreSQL: two workers with a slot each): 300 submissions of 100 students within ten seconds, graded; the
wait that is shown beside the wait that follows, while sleepers run; and how soon the submission of a
worker that was killed is taken again.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import func, select

from benchmarks.load import Answer, at_once, in_a_loop, over_time, upload
from grader.store import open_database
from grader.store.states import Priority, State
from grader.store.tables import ReportRow, SubmissionRow
from tests.grader.support import postgresql
from tests.grader.support.site import SUBMISSIONS, Site, free_port, hand_in
from tests.grader.support.small_assignments import archive, slow

PARALLEL = 50
ROUNDS, TURNS = 5, 10  # so often 50 at once, and so often each of 50 in the loop
ACCEPTED = 202
SLOTS = 2
STUDENTS, TRIES, BURST_SECONDS = 100, 3, 10.0
DRAIN_SECONDS = 900
WAITERS, LEARNT = 30, 5  # students who wait, and runs that are known before
PLAIN_SECONDS, SLEEPER_SECONDS = 0.3, 20.0  # of each call; there are three
SHORT = 2.0  # seconds: of shorter waits no factor is asked


@contextmanager
def served(kind: str, *, is_grading: bool) -> Iterator[Site]:
    """Run the service on a database of this kind, with two slots in all or with none."""
    with tempfile.TemporaryDirectory() as folder, database(kind) as url:
        site = Site(Path(folder), url, GRADER_SLOTS=str(SLOTS if kind == "sqlite" else 1))
        try:
            site.serve(*(() if is_grading else ("--no-worker",)))
            if is_grading and kind == "postgresql":
                site.start("worker", "--slots", "1")
            site.wait_for(lambda: site.health().get("slots") == (SLOTS if is_grading else 0))
            yield site
        finally:
            site.close()


@contextmanager
def floor() -> Iterator[int]:
    """Run an application that reads an upload and keeps nothing; give its port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, Path(__file__).with_name("floor.py"), str(port)])
    try:
        time.sleep(3)
        yield port
    finally:
        process.kill()
        process.wait()


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
    """Hand in from 50 students in the same instant, some times over, and in a loop; count the accepted."""
    students = [authorization(site, f"parallel-{number}") for number in range(PARALLEL)]
    rounds = [
        [uploaded(student, f"{turn}-{number}") for number, student in enumerate(students)]
        for turn in range(ROUNDS + TURNS)
    ]
    bursts = [at_once(site.port, requests) for requests in rounds[:ROUNDS]]
    before = processor_seconds(site)
    looped, rate = in_a_loop(site.port, [each for turn in rounds[ROUNDS:] for each in turn], PARALLEL)
    cost = (processor_seconds(site) - before) / len(looped)
    answers = [answer for answers in [*bursts, looped] for answer in answers]
    kept = len(looked_up(site, select(SubmissionRow.id)))
    with floor() as port:
        least = [at_once(port, requests) for requests in rounds[:ROUNDS]]
        _, least_rate = in_a_loop(port, rounds[-1] * TURNS, PARALLEL)
    return {
        "50 at once: p50 / p95": spread(bursts),
        "the floor of that": spread(least),
        "50 in a loop: p50 / p95": spread([looped]),
        "50 in a loop: accepts a second (floor)": f"{rate:.0f} ({least_rate:.0f})",
        "processor time of an accept": f"{1000 * cost:.1f} ms",
        "accepted and not kept": str(sum(each.status == ACCEPTED for each in answers) - kept),
    }


def spread(rounds: Sequence[Sequence[Answer]]) -> str:
    """Return p50 and p95 in milliseconds, as medians over rounds."""
    seconds = [[each.seconds for each in answers] for answers in rounds]
    return f"{1000 * median(map(median, seconds)):.0f} / {1000 * median(map(p95, seconds)):.0f} ms"


def authorization(site: Site, name: str) -> str:
    """Return the header with which a new student signs in."""
    return str(site.client(f"{name}@example.edu").headers["Authorization"])


def uploaded(student: str, note: str) -> bytes:
    """Return the request of an upload like no other."""
    return upload(SUBMISSIONS, student, archive(note=note))


def processor_seconds(site: Site) -> float:
    """Return the processor time that the API has taken so far."""
    fields = Path(f"/proc/{site.processes[0].pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def burst(site: Site) -> Mapping[str, str]:
    """Hand in three times each from 100 students within ten seconds, and wait until all is graded."""
    students = [authorization(site, f"burst-{number}") for number in range(STUDENTS)]
    requests = [
        uploaded(students[number % STUDENTS], f"burst {number}") for number in range(STUDENTS * TRIES)
    ]
    began = time.monotonic()
    answers = over_time(site.port, requests, BURST_SECONDS)
    made = {json.loads(answer.body)["id"] for answer in answers}
    rows = drained(site, made)
    seconds = time.monotonic() - began
    waits = [(row.taken_at - row.received_at).total_seconds() for row in rows]
    return {
        "burst of 300 in 10 s: accept p50 / p95": spread([answers]),
        "burst: lost / graded twice": f"{STUDENTS * TRIES - len(rows)} / {twice(site, made)}",
        "burst: drained after": f"{seconds:.0f} s ({len(rows) / seconds:.1f} a second)",
        "burst: wait p50 / p95": f"{median(waits):.1f} / {p95(waits):.1f} s",
        "burst: later tries taken while a first one waited": str(overtaken(rows)),
    }


def overtaken(rows: list[SubmissionRow]) -> int:
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
    site.wait_for(lambda: make_row(site, submission).attempt > 1)
    taken = time.monotonic() - killed
    site.wait_until_done(client, submission)
    return {"killed worker: its submission is taken again after": f"{taken:.1f} s"}


def estimates(site: Site) -> Mapping[str, str]:
    """Compare the wait that is shown with the wait that follows, while a student's sleepers run.

    After a few plain runs one student hands in two sleepers, then many hand in plain submissions. The first
    of them hand in for the second time, and first tries that come later are served before them: two rows.
    """
    plain = [site.client(f"plain-{number}@example.edu") for number in range(LEARNT + WAITERS)]
    for client in plain[:LEARNT]:
        site.wait_until_done(client, hand_in(client, adapters=slow(PLAIN_SECONDS)).json()["id"])
    sleeper = site.client("sleeper@example.edu")
    for number in range(2):
        hand_in(sleeper, adapters=slow(SLEEPER_SECONDS), note=str(number))
    made = [
        hand_in(client, adapters=slow(PLAIN_SECONDS), note=str(number)).json()
        for number, client in enumerate(plain)
    ]
    rows = {row.id: row for row in drained(site, {each["id"] for each in made})}
    waits = [
        (
            each["estimated_wait_seconds"],
            (rows[each["id"]].taken_at - rows[each["id"]].received_at).total_seconds(),
        )
        for each in made
    ]
    second, first = waits[:LEARNT], waits[LEARNT:]
    longest = max(first, key=lambda wait: wait[1])
    return {
        "wait shown / real, the longest of first tries": f"{longest[0]} / {longest[1]:.1f} s",
        "waits shown within a factor of two, first tries": right_ones(first),
        "waits shown within a factor of two, second tries": right_ones(second),
    }


def right_ones(waits: Sequence[tuple[float | None, float]]) -> str:
    """Count the waits that were shown rightly, of those that were shown."""
    known = [(shown, real) for shown, real in waits if shown is not None]
    right = sum(
        max(shown, real) <= 2 * min(shown, real) or abs(shown - real) <= SHORT for shown, real in known
    )
    return f"{right} of {len(known)}, {len(waits) - len(known)} unknown"


def drained(site: Site, made: set[str]) -> list[SubmissionRow]:
    """Wait until all these submissions are graded; return their rows."""
    end = time.monotonic() + DRAIN_SECONDS
    while True:
        rows = looked_up(site, select(SubmissionRow).where(SubmissionRow.id.in_(made)))
        if all(row.state is State.GRADED for row in rows) or time.monotonic() > end:
            return [row for row in rows if row.state is State.GRADED]
        time.sleep(0.25)


def twice(site: Site, made: set[str]) -> int:
    """Count the submissions with more than one report."""
    counted = select(ReportRow.submission_id).where(ReportRow.submission_id.in_(made))
    return len(looked_up(site, counted.group_by(ReportRow.submission_id).having(func.count() > 1)))


def make_row(site: Site, submission_id: str) -> SubmissionRow:
    """Return the row of a submission."""
    return looked_up(site, select(SubmissionRow).where(SubmissionRow.id == submission_id))[0]


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


MEASUREMENTS: tuple[tuple[Callable[[Site], Mapping[str, str]], bool], ...] = (
    (accepts, False),
    (burst, True),
    (estimates, True),
    (regrade, True),
)


def measured(kind: str) -> Mapping[str, str]:
    """Return all figures of a database of this kind, each from a service that is new."""
    figures: dict[str, str] = {}
    for measure, is_grading in MEASUREMENTS:
        with served(kind, is_grading=is_grading) as site:
            figures.update(measure(site))
    return figures


def main(kinds: list[str]) -> None:
    """Measure and print."""
    columns = {kind: measured(kind) for kind in kinds}
    print(f"| | {' | '.join(kinds)} |")
    print(f"|---|{'---|' * len(kinds)}")
    for name in columns[kinds[0]]:
        print(f"| {name} | {' | '.join(columns[kind][name] for kind in kinds)} |")


if __name__ == "__main__":
    main(sys.argv[1:] or ["sqlite", "postgresql"])
