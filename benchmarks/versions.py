"""The cost of a change: `uv run python benchmarks/versions.py BEFORE [ROUNDS]` compares two checkouts.

BEFORE is the root of another checkout with its own environment (`git worktree add BEFORE REV`, then `uv sync`
there). The two take turns, round by round, each with all standing by. The table shows medians of the ratios
of this checkout to the other. Parts 1 to 6 of the reference; one BLAS thread.
"""

import statistics
import sys
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.timed_process import TimedProcess

ROOT = Path(__file__).resolve().parents[1]
RUNNERS = ("bwrap", "jail")
ROUNDS = 21
WORKERS = 2
BATCH = 20  # verdicts that a measurement of throughput takes


def version(root: Path, runner: str, workers: int) -> TimedProcess:
    """Start a checkout that grades on demand."""
    program = Path(__file__).with_name("version.py")
    return TimedProcess([root / ".venv/bin/python", program, root, runner, workers], root)


def compared(
    before: Path, runner: str, workers: int, verdicts: int, rounds: int
) -> list[tuple[float, float]]:
    """Return the seconds of both versions in each round, after one that does not count."""
    with ExitStack() as stack:
        old, new = (stack.enter_context(version(root, runner, workers)) for root in (before, ROOT))
        pairs = [(old.seconds(verdicts), new.seconds(verdicts)) for _ in range(rounds + 1)]
    return pairs[1:]


def main() -> None:
    """Print the table."""
    before, *given = sys.argv[1:]
    rounds = int(given[0]) if given else ROUNDS
    print("| runner | measure | before | now | ratio |\n|---|---|---|---|---|")
    for runner in RUNNERS:
        pairs = compared(Path(before).resolve(), runner, 1, 1, rounds)
        old, new = (statistics.median(times) for times in zip(*pairs, strict=True))
        ratio = statistics.median(now / then for then, now in pairs)
        print(f"| {runner} | p50 of a verdict, s | {old:.3f} | {new:.3f} | {ratio:.2f} |", flush=True)
        pairs = compared(Path(before).resolve(), runner, WORKERS, BATCH, max(3, rounds // 4))
        old, new = (BATCH * 60 / statistics.median(times) for times in zip(*pairs, strict=True))
        ratio = statistics.median(then / now for then, now in pairs)
        print(
            f"| {runner} | verdicts a minute, {WORKERS} at a time | {old:.0f} | {new:.0f} | {ratio:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
