"""The trusted process: `python -m grader.suite ROOT SUITE CONTROL READY` collects cases, then waits for jobs.

It holds the cases, the seed and the expected values, and imports nothing of any submission. It does all work
that is the same for every submission once, and forks for each job. On READY, a stream socket, it announces
the tests; on CONTROL, a SOCK_SEQPACKET socket, each datagram starts a job and brings two descriptors: the
sockets for the job's messages and for its leases (leases.py).
"""

import os
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from grader.boundary.interface import ADAPTERS
from grader.boundary.remote_adapters import RemoteAdapters
from grader.suite.jobs import JobSource
from grader.suite.manifest import load_manifest
from grader.suite.plugin import Grading

NOT_NEEDED = (  # plugins that watch every test and are of no use here
    *("cacheprovider", "logging", "faulthandler", "unraisableexception", "threadexception", "debugging"),
    *(
        "doctest",
        "unittest",
        "junitxml",
        "pastebin",
        "recwarn",
        "legacypath",
        "setuponly",
        "setupplan",
        "stepwise",
        "skipping",
    ),
    *("subtests", "capture", "warnings", "assertion"),
)
QUIET = (
    *(part for plugin in NOT_NEEDED for part in ("-p", f"no:{plugin}")),
    *("-qq", "--tb=no", "--no-summary", "--no-header"),
)


def main() -> None:
    """Serve jobs until the control socket is closed."""
    root, suite, control, ready = sys.argv[1:]
    sys.path.insert(0, root)
    grading = Grading(
        Path(root), suite, load_manifest(Path(root), suite), JobSource(int(control), int(ready))
    )
    sys.modules[ADAPTERS] = RemoteAdapters(grading.channel, grading.interface)
    warnings.simplefilter("ignore", RuntimeWarning)  # about numbers that the checks refuse
    np.random.default_rng(0)  # its modules are imported now, not in the first test
    place = [str(Path(root) / suite), f"--rootdir={root}", f"--confcutdir={root}", "-c", os.devnull]
    status = pytest.main([*place, *QUIET], plugins=[grading])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError(f"the suite {suite} cannot be run: pytest ended with {status!r}")
    grading.finish()


if __name__ == "__main__":
    main()
