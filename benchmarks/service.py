"""How the service stands a rush: `uv run python benchmarks/service.py [--postgresql]`.

    parallel uploads   50 students hand in at once: milliseconds until each is accepted
    burst              300 submissions of 100 students within 10 s, two slots: how many are graded, reports
                       beyond one each, seconds to drain, how long submissions waited
    killed worker      seconds from SIGKILL of the worker until its submission is being graded again

On an assignment of the first part only, in the runner `process`, so that the service is measured and not the
suite. With --postgresql the same on a private server.
"""

import os
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import create_engine, func, select, update

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from grader.core.role import Role  # noqa: E402 - the path is set above
from grader.store.people import add_user, set_role  # noqa: E402 - as above
from grader.store.states import WAITING, State  # noqa: E402 - as above
from grader.store.tables import Assignment, Report, Submission  # noqa: E402 - as above
from grader.store.tokens import issue_token  # noqa: E402 - as above
from tests.harness import postgresql  # noqa: E402 - as above
from tests.harness.api import zipped  # noqa: E402 - as above
from tests.harness.running import Running, Store, running, small_assignment, until  # noqa: E402 - as above
from tests.harness.samples import read_files  # noqa: E402 - as above

STUDENTS, UPLOADS, BURST, BURST_SECONDS = 100, 50, 300, 10.0
DRAIN_SECONDS = 1_800
FILES = {path: content.decode() for path, content in read_files(ROOT / "reference").items()}


def main() -> None:
    """Run all and print a table."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        assignment = Path(folder) / "assignment"
        small_assignment(assignment)
        variables: dict[str, str] = {}
        if "--postgresql" in sys.argv:
            variables["DATABASE_URL"] = stack.enter_context(server())
        service = stack.enter_context(running(Path(folder), assignment, slots=2, **variables))
        store = Store(
            create_engine(
                variables.get("DATABASE_URL", f"sqlite:///{folder}/data/grader.db").replace(
                    "postgresql:", "postgresql+psycopg:"
                )
            )
        )
        tokens = enrol(store)
        print(f"| what | {'PostgreSQL' if variables else 'SQLite'} |\n|---|---|")
        for name, value in (
            *parallel(service, tokens),
            *burst(service, store, tokens),
            *killed(service, store, tokens),
        ):
            print(f"| {name} | {value} |", flush=True)


@contextmanager
def server() -> Iterator[str]:
    """Run a private PostgreSQL; yield the URL of its database."""
    folder = postgresql.new_folder()
    cluster = postgresql.Cluster(folder)
    yield cluster.emptied_database()
    cluster.stop()
    postgresql.remove(folder)


def enrol(store: Store) -> list[str]:
    """Make students, without limits; return their tokens."""
    with store.database.write() as session:
        session.execute(update(Assignment).values(hourly_limit=None, supersede=False))
        course = session.scalars(select(Assignment.course_id)).one()
        tokens = []
        for number in range(STUDENTS):
            student = add_user(session, f"student{number}@example.edu").id
            set_role(session, course, student, Role.STUDENT)
            tokens.append(issue_token(session, student, "benchmark"))
    return tokens


def hand_in(service: Running, token: str, content: bytes) -> float:
    """Hand in; return the seconds until it was accepted."""
    began = time.perf_counter()
    answer = httpx2.post(
        f"http://127.0.0.1:{service.port}/api/v1/submissions",
        headers={"Authorization": f"Bearer {token}"},
        files={"archive": ("work.zip", content)},
        timeout=60,
    )
    answer.raise_for_status()
    return time.perf_counter() - began


def work(number: int) -> bytes:
    """Return a project whose bytes no other number has."""
    return zipped(**FILES, **{"note.py": f"NUMBER = {number}\n"})


def parallel(service: Running, tokens: list[str]) -> list[tuple[str, Any]]:
    """Measure uploads that come at once."""
    contents = [work(number) for number in range(UPLOADS)]
    with ThreadPoolExecutor(UPLOADS) as pool:
        seconds = sorted(pool.map(lambda pair: hand_in(service, *pair), zip(tokens, contents, strict=False)))
    return [(f"accept, {UPLOADS} parallel, p50 / p95", f"{median(seconds)} / {high(seconds)} ms")]


def burst(service: Running, store: Store, tokens: list[str]) -> list[tuple[str, Any]]:
    """Measure a rush of submissions, and what became of all."""
    until_drained(store)
    contents = [work(1_000 + number) for number in range(BURST)]
    began = time.perf_counter()

    def send(number: int) -> float:
        time.sleep(max(0.0, began + BURST_SECONDS * number / BURST - time.perf_counter()))
        return hand_in(service, tokens[number % STUDENTS], contents[number])

    with ThreadPoolExecutor(30) as pool:
        seconds = sorted(pool.map(send, range(BURST)))
    until_drained(store)
    drained = time.perf_counter() - began
    with store.database.read() as session:
        rows = session.scalars(select(Submission).order_by(Submission.received_at.desc()).limit(BURST)).all()
        reports = session.scalars(select(func.count()).select_from(Report)).one()
        total = session.scalars(select(func.count()).select_from(Submission)).one()
    waits = sorted((row.taken_at - row.received_at).total_seconds() for row in rows if row.taken_at)
    states = Counter(row.state for row in rows)
    return [
        (f"accept, {BURST} in {BURST_SECONDS:g} s, p50 / p95", f"{median(seconds)} / {high(seconds)} ms"),
        ("of these graded", f"{states[State.GRADED]} of {len(rows)}"),
        ("reports beyond one each, lost", f"{max(0, reports - total)}, {max(0, total - reports)}"),
        ("drained after", f"{drained:.0f} s"),
        ("waited, median / p95", f"{statistics.median(waits):.0f} / {waits[int(0.95 * len(waits))]:.0f} s"),
    ]


def killed(service: Running, store: Store, tokens: list[str]) -> list[tuple[str, Any]]:
    """Measure how long a submission waits whose worker is killed."""
    answers = []
    for number in range(5):
        hand_in(service, tokens[number], work(5_000 + number))
        until(lambda: grading(store, 1))
        [row] = running_rows(store)
        os.kill(int(str(row.worker).rsplit("-", 2)[1]), signal.SIGKILL)
        began = time.perf_counter()
        until(lambda: grading(store, 2) or not waiting(store))
        answers.append(time.perf_counter() - began)
        until_drained(store)
    return [("killed worker: grading again after, median", f"{statistics.median(answers):.1f} s")]


def running_rows(store: Store) -> list[Submission]:
    """Return the submissions that are being graded."""
    with store.database.read() as session:
        return list(session.scalars(select(Submission).where(Submission.state == State.GRADING)))


def grading(store: Store, attempt: int) -> bool:
    """Tell whether a submission is in that attempt."""
    return any(row.attempt == attempt for row in running_rows(store))


def waiting(store: Store) -> int:
    """Return how many submissions have no verdict yet."""
    with store.database.read() as session:
        counted = select(func.count()).select_from(Submission).where(Submission.state.in_(WAITING))
        return session.scalars(counted).one()


def until_drained(store: Store) -> None:
    """Wait until everything has a verdict."""
    end = time.monotonic() + DRAIN_SECONDS
    while waiting(store) and time.monotonic() < end:
        time.sleep(0.2)


def median(seconds: list[float]) -> str:
    """Return the median in milliseconds."""
    return f"{1000 * statistics.median(seconds):.0f}"


def high(seconds: list[float]) -> str:
    """Return the 95th percentile of sorted seconds in milliseconds."""
    return f"{1000 * seconds[int(0.95 * len(seconds))]:.0f}"


if __name__ == "__main__":
    main()
