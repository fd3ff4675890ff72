"""The speed of pages: `uv run python benchmarks/pages.py [ROUNDS]` prints a table.

A course of 300 students with four submissions each, on SQLite, in this process: the real assignment's 43
problems and its tests, with verdicts made of the reference's by losing tests at random. A time is that of the
server for one page, from the request to the last byte, compressed as browsers ask for it. A page is kept
until the class changes; the address of a row `rendered` is new in each round. The second table lists the
files that a browser loads for a first visit.
"""

import gc
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from fastapi.testclient import TestClient  # noqa: E402 - the path is set above

from grader.app.service import open_service  # noqa: E402 - as above
from grader.app.web import make_web  # noqa: E402 - as above
from grader.core.reading import from_document  # noqa: E402 - as above
from grader.core.report import GradedReport  # noqa: E402 - as above
from grader.core.role import Role  # noqa: E402 - as above
from grader.core.rubric import Rubric  # noqa: E402 - as above
from grader.core.scoring import Outcome, TestResult, score  # noqa: E402 - as above
from grader.logs import configure_logs  # noqa: E402 - as above
from grader.service_settings import read_service_settings  # noqa: E402 - as above
from grader.store.attempts import publish, take  # noqa: E402 - as above
from grader.store.courses import SubmissionPolicy, add_assignment, add_course  # noqa: E402 - as above
from grader.store.database import Database, now  # noqa: E402 - as above
from grader.store.sign_ins import sign_in_by_token  # noqa: E402 - as above
from grader.store.submissions import Upload, accept  # noqa: E402 - as above
from grader.store.tokens import issue_token  # noqa: E402 - as above
from grader.store.users import add_user, set_role  # noqa: E402 - as above
from grader.store.verdict import verdict_of  # noqa: E402 - as above
from grader.web.dependencies import SESSION_COOKIE  # noqa: E402 - as above

STUDENTS, TRIES = 300, 4
SECTIONS = "ABC"
REASONS = (
    "the gradient of a is wrong",
    "5 of 6 numbers are wrong, the first at index (0, 0)",
    "NotImplementedError: part 4",
    "TypeError: unsupported operand type(s) for +: 'int' and 'Tensor'",
)
ASSIGNMENT = "bench"


def main() -> None:
    """Fill a store, ask for pages in turn, print both tables."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with course() as (client, student, paths):
        gc.freeze()  # as the service does when it starts
        times: dict[str, list[float]] = {name: [] for name in paths}
        sizes = dict.fromkeys(paths, 0)
        for number in range(rounds):
            for name, path in paths.items():
                began = time.perf_counter()
                with client.stream("GET", path.format(round=number)) as answer:
                    sizes[name] = sum(len(chunk) for chunk in answer.iter_raw())
                times[name].append(1000 * (time.perf_counter() - began))
                answer.raise_for_status()
        print("| page | p50, ms | p95, ms | sent, kB |\n|---|---|---|---|")
        for name, each in times.items():
            p95 = quantiles(each, n=20)[-1]
            print(f"| {name} | {median(each):.0f} | {p95:.0f} | {sizes[name] / 1000:.0f} |")
        print("\n| first visit of a student | requests | sent, kB |\n|---|---|---|")
        for name, path in (("courses", "/"), ("assignment", f"/assignments/{ASSIGNMENT}")):
            loaded = first_visit(student, path)
            print(f"| {name} | {len(loaded)} | {sum(loaded) / 1000:.0f} |")


def first_visit(client: TestClient, path: str) -> list[int]:
    """Return the sizes of a page and of all that it loads."""
    loaded = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get(path).text)
    sizes = []
    for part in (path, *loaded):
        with client.stream("GET", part) as answer:
            sizes.append(sum(len(chunk) for chunk in answer.iter_raw()))
    return sizes


@contextmanager
def course() -> Iterator[tuple[TestClient, TestClient, dict[str, str]]]:
    """Give clients of a teacher and a student of a large course, and the pages to ask for."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        os.environ["GRADER_DATA_DIR"] = folder
        configure_logs()
        settings = read_service_settings()
        service = open_service(settings)
        report = reference_report(Path(folder))
        suite = service.assignment
        report = replace(report, suite_sha256=suite.suite_sha256, rubric_sha256=suite.rubric_sha256)
        teacher, student, example = fill(service.database, suite.rubric, report)
        web = make_web(service)
        url = settings.url  # the service answers to its own name only
        clients = [
            TestClient(web, base_url=url, cookies={SESSION_COOKIE: cookie}) for cookie in (teacher, student)
        ]
        for client in clients:
            client.headers["Accept-Encoding"] = "gzip"
            stack.enter_context(client)  # one event loop for all its requests, as a server has
        yield (
            clients[0],
            clients[1],
            {
                "report": f"/submissions/{example}",
                "matrix, all rows": f"/assignments/{ASSIGNMENT}/matrix?page=all",
                "matrix, all rows, rendered": f"/assignments/{ASSIGNMENT}/matrix?page=all&new={{round}}",
                "matrix, 50 rows": f"/assignments/{ASSIGNMENT}/matrix",
                "overview": f"/assignments/{ASSIGNMENT}/overview",
                "overview, rendered": f"/assignments/{ASSIGNMENT}/overview?new={{round}}",
                "failures, rendered": f"/assignments/{ASSIGNMENT}/failures?new={{round}}",
                "rubric": f"/assignments/{ASSIGNMENT}/rubric",
                "assignment": f"/assignments/{ASSIGNMENT}",
            },
        )


def reference_report(folder: Path) -> GradedReport:
    """Grade the reference once, for the names of all tests."""
    file = folder / "report.json"
    grade = [sys.executable, "-m", "grader", "grade", "reference", "--runner", "process", "--json", str(file)]
    subprocess.run(grade, cwd=ROOT, check=False, capture_output=True)
    return from_document(json.loads(file.read_text()))


def fill(database: Database, rubric: Rubric, report: GradedReport) -> tuple[str, str, str]:
    """Add the course; return the cookies of its teacher and of a student, and the id of a submission."""
    rng = random.Random(1)  # noqa: S311 - the same course each time
    results = [result for scored in report.score.problems for result in scored.results]
    with database.write() as session:
        add_course(session, ASSIGNMENT, "Benchmark")
        due = now(session) + timedelta(hours=5)
        add_assignment(
            session, ASSIGNMENT, ASSIGNMENT, "SmulGrad", SubmissionPolicy(due, None, supersede=False)
        )
        teacher = add_user(session, "teacher@bench.example").id
        set_role(session, ASSIGNMENT, teacher, Role.INSTRUCTOR)
        for number in range(STUDENTS):
            name = f"Student Number {number:03}"
            student = add_user(session, f"student{number:03}@bench.example", name).id
            set_role(session, ASSIGNMENT, student, Role.STUDENT, SECTIONS[number % len(SECTIONS)])
            for attempt in range(TRIES):
                lossy = lose(results, rng, rng.random() * (TRIES - attempt) / TRIES / 2)
                graded = replace(report, score=score(rubric, expected(results), lossy))
                submission = accept(session, Upload(student, ASSIGNMENT, f"{number:060}{attempt:04}", b"PK"))
                submission.received_at -= timedelta(hours=rng.expovariate(1 / 30))
                job = take(session, submission.id, "benchmark")
                assert job  # noqa: S101 - it was accepted a moment ago
                publish(session, job, verdict_of(graded))
        cookies = [
            sign_in_by_token(session, issue_token(session, user, "benchmark")) for user in (teacher, student)
        ]
    return str(cookies[0]), str(cookies[1]), submission.id


def lose(results: Sequence[TestResult], rng: random.Random, share: float) -> list[TestResult]:
    """Return the results with about this share of them lost, for one of a few reasons each."""
    reason = rng.choice(REASONS)
    return [
        replace(each, outcome=Outcome.FAILED, message=reason, expected="[1. 2. 3.]", actual="[1. 2. 4.]")
        if rng.random() < share
        else replace(each, outcome=Outcome.PASSED, message="")
        for each in results
    ]


def expected(results: Sequence[TestResult]) -> dict[str, list[str]]:
    """Return the names of the tests of each class."""
    names: dict[str, list[str]] = {}
    for each in results:
        names.setdefault(each.group, []).append(each.name)
    return names


if __name__ == "__main__":
    main()
