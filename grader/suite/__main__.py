"""The trusted process: `python -m grader.suite ROOT CONTROL READY` collects cases, then waits for jobs.

It holds the cases, the seed and the expected values, and imports nothing of any submission. It does all work
that is the same for every submission once, and forks for each job. On READY, a stream socket, it announces
the folders that a submission may read, and later the tests. On CONTROL, a SOCK_SEQPACKET socket, each
datagram starts a job and brings two descriptors: the sockets for the job's messages and for its leases
(leases.py).
"""

import os
import socket
import sys
import warnings
from pathlib import Path

from grader.boundary.interface import ADAPTERS
from grader.suite.manifest import Manifest, load_manifest, suite_of
from grader.suite.messages import Messages

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
    root, control, ready = sys.argv[1:]
    sys.path.insert(0, root)
    suite = suite_of(Path(root))
    manifest = load_manifest(Path(root), suite)
    announcements = Messages(socket.socket(fileno=int(ready)))
    announcements.send(
        {"folders": manifest.find_folders()}
    )  # the worker starts a sandbox with them meanwhile
    serve(root, suite, manifest, socket.socket(fileno=int(control)), announcements)


def serve(root: str, suite: str, manifest: Manifest, control: socket.socket, announcements: Messages) -> None:
    """Collect the cases in the folder `suite` of the assignment `root`, and run the jobs that come."""
    import numpy as np  # noqa: PLC0415 - these take half a second, in which a sandbox starts
    import pytest  # noqa: PLC0415 - as above

    from grader.boundary.remote_adapters import RemoteAdapters  # noqa: PLC0415 - as above
    from grader.suite.jobs import JobSource  # noqa: PLC0415 - as above
    from grader.suite.plugin import Grading  # noqa: PLC0415 - as above

    grading = Grading(Path(root), suite, manifest, JobSource(control, announcements))
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
