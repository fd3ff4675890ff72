"""How long a verdict takes, and how many a machine gives: `uv run python benchmarks/grading.py [ROUNDS]`.

A verdict of ours goes from the bytes of an upload in memory to the report as JSON text, on parts 1 to 6,
isolated, with all standing by that does not depend on the upload. Beside it, interleaved round by round:

    plain pytest      the same cases and submission in one process, started cold, as a student does
    grader grade      our command, started cold, with nothing standing by
    fresh container   plain pytest in a container made for the submission and removed afterwards, as other
                      graders do (peer.py); needs an engine and the Dockerfile's images

One BLAS thread everywhere. Builds of Python differ by a factor of two, so run this with the same one as the
image's. Ratios are taken round by round; the tables show medians.
"""

import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import peer

from grader.core.report import to_document
from grader.intake import read_archive
from grader.pipeline import Grader
from grader.probe import check_runner
from grader.sandbox.docker.kind import Docker
from grader.sandbox.runner_choice import isolating

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.assignment.samples import load_sample, read_files  # noqa: E402
from tests.grader.support.processes import descendants  # noqa: E402 - the path is set above

ROUNDS = 15
WORKERS = 2
WINDOW_SECONDS = 20.0
PYTEST = ("-m", "pytest", "-o", "addopts=", "tests/cases", "-q", "-k", "not bonus", "-p", "no:cacheprovider")
FAIR = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # a student's project has none of this project's own plugins
}
FAILED_TESTS = 1  # pytest's exit status

Verdict = Callable[[], object]


def main() -> None:
    """Measure and print the tables."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    os.environ.update(FAIR)
    with ExitStack() as stack:
        graders = {}
        for kind in isolating(Docker()):
            finding = check_runner(kind)
            print(finding, file=sys.stderr)
            if finding.is_usable:
                graders[kind.name] = stack.enter_context(closing(Grader(ROOT, [kind], with_bonus=False)))
        if "docker" in graders:
            print(f"Python here: {sys.version}\nin the container: {peer.interpreter()}", file=sys.stderr)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name, files in submissions().items():
            ways = ways_to_grade(graders, files, folder / name)
            print(f"\n### {name}\n")
            print_latencies(measured(ways, rounds))
            if name == "reference":
                print(f"\n### {name}, {WORKERS} workers\n")
                print_throughput({way: per_minute(verdict) for way, verdict in ways.items()})
        print(
            f"\nIdle, {len(graders)} runners and their suites standing by: {idle_mebibytes():.0f} MiB (PSS)."
        )


def submissions() -> Mapping[str, Mapping[str, bytes]]:
    """Return the submissions to grade: right, half done, and the template in which everything fails."""
    samples = ROOT / "tests" / "assignment" / "submissions"
    return {
        "reference": load_sample(samples / "perfect").files,
        "half done": load_sample(samples / "only_parts_one_and_two").files,
        "all failing": read_files(ROOT / "student_template"),
    }


def ways_to_grade(
    graders: Mapping[str, Grader], files: Mapping[str, bytes], folder: Path
) -> Mapping[str, Verdict]:
    """Return, by name, all ways to come to a verdict on `files`; plain pytest first."""
    upload = zipped(files)
    ways: dict[str, Verdict] = {"plain pytest": plain_pytest(files, folder), "grader grade": command(folder)}
    if "docker" in graders:
        ways["fresh container"] = peer.fresh_container(files, PYTEST, FAIR)
    for name, grader in graders.items():
        ways[name] = ours(grader, upload)
    return ways


def ours(grader: Grader, upload: bytes) -> Verdict:
    """Return the function that grades `upload` with processes that stand by."""

    def verdict() -> str:
        return json.dumps(to_document(grader.grade(read_archive(upload), seed=1)))

    return verdict


def plain_pytest(files: Mapping[str, bytes], folder: Path) -> Verdict:
    """Return the function that runs pytest on `files`, which are written to `folder`."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    arguments = [sys.executable, *PYTEST, f"--submission={folder}"]

    def verdict() -> None:
        status = subprocess.run(arguments, cwd=ROOT, check=False, stdout=subprocess.DEVNULL).returncode
        check(status, "plain pytest")

    return verdict


def command(folder: Path) -> Verdict:
    """Return the function that runs our command on the files in `folder`."""
    arguments = [sys.executable, "-m", "grader", "grade", str(folder), "--without-bonus", "--runner", "jail"]

    def verdict() -> None:
        subprocess.run(arguments, cwd=ROOT, check=False, capture_output=True)

    return verdict


def measured(ways: Mapping[str, Verdict], rounds: int) -> list[Mapping[str, float]]:
    """Return the seconds of each way in each round, after one round that is not counted."""
    for verdict in ways.values():
        verdict()
    return [{name: seconds_of(verdict) for name, verdict in ways.items()} for _ in range(rounds)]


def seconds_of(verdict: Verdict) -> float:
    """Return the wall time of one verdict."""
    started = time.perf_counter()
    verdict()
    return time.perf_counter() - started


def per_minute(verdict: Verdict) -> float:
    """Return how many verdicts a minute `WORKERS` threads come to, in a window of some seconds."""
    end = time.monotonic() + WINDOW_SECONDS

    def work() -> int:
        done = 0
        while time.monotonic() < end:
            verdict()
            done += 1
        return done

    started = time.monotonic()
    with ThreadPoolExecutor(WORKERS) as pool:
        done = sum(pool.map(lambda _: work(), range(WORKERS)))
    return done * 60 / (time.monotonic() - started)


def print_latencies(rows: list[Mapping[str, float]]) -> None:
    """Print the times of each way, and its ratio to the first."""
    baseline = next(iter(rows[0]))
    print(f"| way | p50, s | p95, s | min, s | ratio to {baseline} |\n|---|---|---|---|---|")
    for way in rows[0]:
        times = sorted(row[way] for row in rows)
        ratio = statistics.median(row[way] / row[baseline] for row in rows)
        p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
        print(f"| {way} | {statistics.median(times):.2f} | {p95:.2f} | {times[0]:.2f} | {ratio:.2f} |")


def print_throughput(rates: Mapping[str, float]) -> None:
    """Print verdicts per minute, and their ratio to a fresh container if there is one."""
    baseline = "fresh container" if "fresh container" in rates else next(iter(rates))
    print(f"| way | verdicts per minute | ratio to {baseline} |\n|---|---|---|")
    for way, rate in rates.items():
        print(f"| {way} | {rate:.0f} | {rate / rates[baseline]:.1f} |")


def idle_mebibytes() -> float:
    """Return the memory of this process's descendants, shared pages counted by share."""
    return sum(map(_proportional_kibibytes, descendants(os.getpid()))) / 1024


def _proportional_kibibytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def check(status: int, told: str) -> None:
    """Raise RuntimeError unless pytest ended as it does when all tests ran."""
    if status not in {0, FAILED_TESTS}:
        raise RuntimeError(f"pytest ended with status {status}: {told}")


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return `files` as the bytes of a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
