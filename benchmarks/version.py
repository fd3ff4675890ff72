"""Grades the reference in one checkout, once for each line on standard input: started by versions.py.

    PYTHON version.py ROOT RUNNER WORKERS

The arguments are the root of a checkout, whose own interpreter runs this, the runner, and how many verdicts
run at a time. A line holds a number of verdicts; the answer is a line with the seconds that they took.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path


def main() -> None:
    """Answer each line."""
    root, runner, workers = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    sys.path.insert(0, str(root))
    from grader.intake import read_folder  # noqa: PLC0415 - of that checkout
    from grader.pipeline import Grader  # noqa: PLC0415
    from grader.runners import allowed_runners  # noqa: PLC0415
    from grader.settings import read_settings  # noqa: PLC0415

    submission = read_folder(root / "reference")
    kinds = allowed_runners(read_settings(), runner)
    with closing(Grader(root, kinds, with_bonus=False)) as grader, ThreadPoolExecutor(workers) as pool:
        for line in sys.stdin:
            started = time.perf_counter()
            reports = list(pool.map(lambda _: grader.grade(submission, seed=1), range(int(line))))
            seconds = time.perf_counter() - started
            if any(report.score.score != report.score.max_score for report in reports):
                raise RuntimeError(f"{root}: the reference did not get all points")
            print(seconds, flush=True)


if __name__ == "__main__":
    main()
