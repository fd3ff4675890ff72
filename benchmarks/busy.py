"""The same code on an idle and on a busy host: `uv run python benchmarks/busy.py [ROUNDS [RUNNER...]]`.

Grades a submission that trains MNIST in float64, which takes longest, with all bonuses: once in each runner
while nothing else runs, then ROUNDS times, in all runners at once, beside 24 loops that keep the processors
busy, each in a session of its own. Run it on a machine where nothing else runs. A fair clock gives the same
points in every round.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

from grader.core.report import points
from grader.core.submission import Submission
from grader.pipeline import Grader
from grader.sandbox.docker.kind import Docker
from grader.sandbox.docker.options import DockerOptions
from grader.sandbox.runner_choice import isolating
from grader.settings import read_settings

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.assignment.samples import FOLDER, load_sample  # noqa: E402
from tests.grader.support.load import busy_loops  # noqa: E402 - the path is set above

ROUNDS = 10
LOOPS = 24
SAMPLE = "always_float64"


def main() -> None:
    """Measure and print a table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    names = sys.argv[2:]
    submission = Submission("0" * 64, load_sample(FOLDER / SAMPLE).files)
    print("| runner | host | points | bonus | seconds |\n|---|---|---|---|---|")
    with ExitStack() as stack:
        graders = {
            kind.name: stack.enter_context(closing(Grader(ROOT, [kind])))
            for kind in isolating(Docker(DockerOptions(image=read_settings().docker_image)))
            if not names or kind.name in names
        }
        for name, grader in graders.items():
            grader.start()
            print(_row(name, "idle", grader, submission), flush=True)
        stack.enter_context(busy_loops(LOOPS))
        pool = stack.enter_context(ThreadPoolExecutor())
        for number in range(rounds):
            host = f"busy, round {number + 1}"
            rows = [pool.submit(_row, name, host, grader, submission) for name, grader in graders.items()]
            print(*(row.result() for row in rows), sep="\n", flush=True)


def _row(runner: str, host: str, grader: Grader, submission: Submission) -> str:
    """Grade once, and return the outcome as a row of the table."""
    began = time.perf_counter()
    report = grader.grade(submission, seed=1)
    seconds = time.perf_counter() - began
    score = report.score
    return f"| {runner} | {host} | {points(score.score)} | {points(score.bonus)} | {seconds:.1f} |"


if __name__ == "__main__":
    main()
