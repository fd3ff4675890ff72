"""How long a verdict takes beside plain pytest: `uv run python benchmarks/grading.py [ROUNDS]`.

Whole commands, started cold, one after the other in each round, on parts 1 to 6 of the reference, with one
BLAS thread. The ratio is taken round by round; the table shows medians.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 9
COMMANDS = {
    "plain pytest": [
        sys.executable,
        "-m",
        "pytest",
        "tests/cases",
        "-q",
        "-k",
        "not bonus",
        "-p",
        "no:cacheprovider",
    ],
    "grader grade": [
        sys.executable,
        "-m",
        "grader",
        "grade",
        "reference",
        "--runner",
        "process",
        "--without-bonus",
    ],
}


def main() -> None:
    """Measure and print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    for command in COMMANDS.values():
        seconds_of(command)  # fills the disk cache and the bytecode cache
    measured = [{name: seconds_of(command) for name, command in COMMANDS.items()} for _ in range(rounds)]
    baseline = next(iter(COMMANDS))
    print(f"| command | seconds, median (min) of {rounds} | ratio to {baseline}, median |\n|---|---|---|")
    for name in COMMANDS:
        times = [row[name] for row in measured]
        ratio = statistics.median(row[name] / row[baseline] for row in measured)
        print(f"| {name} | {statistics.median(times):.2f} ({min(times):.2f}) | {ratio:.2f} |")


def seconds_of(command: list[str]) -> float:
    """Return the wall time of a command that must succeed."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
