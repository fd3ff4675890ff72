"""A process that does a piece of work for each line and answers with its seconds: versions take turns so."""

import os
import subprocess
from pathlib import Path
from typing import IO, Self, cast

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class TimedProcess:
    """A program on one BLAS thread that reads a line for each piece of work and prints its seconds."""

    def __init__(self, command: list[object], folder: Path | None = None) -> None:
        """Start `command` in `folder`, by default the present one."""
        self._process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env={**os.environ, **ONE_THREAD},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def seconds(self, work: object) -> float:
        """Return how long the piece `work` takes."""
        asked, answers = cast("IO[str]", self._process.stdin), cast("IO[str]", self._process.stdout)
        asked.write(f"{work}\n")
        asked.flush()
        return float(answers.readline())
