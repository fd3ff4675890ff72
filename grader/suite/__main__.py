"""The trusted process: `python -m grader.suite FD` takes a job from the socket FD and tells its events there.

It holds the cases, the seed and the expected values, and imports nothing of the submission.
"""

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from grader.boundary.interface import ADAPTERS
from grader.settings import read_settings
from grader.suite.manifest import FILE, Manifest, parse_manifest
from grader.suite.messages import Messages, Record, SuiteJob
from grader.suite.runner import configured_runner
from grader.suite.session import Session

QUIET = (
    *("-p", "no:cacheprovider", "-p", "no:logging", "-p", "no:faulthandler"),
    *("-qq", "--tb=no", "--no-summary", "--no-header", "--capture=no", "--assert=plain"),
    *("-W", "error::RuntimeWarning"),  # as in the project that students get
)
REPORT = (
    *("-p", "pytest_jsonreport.plugin", "--json-report", "--json-report-file=none"),
    "--json-report-omit=collectors,log,streams,warnings,keywords,traceback",
)


def main() -> None:
    """Run one job."""
    messages = Messages(socket.socket(fileno=int(sys.argv[1])))
    job = messages.receive_job()
    root = Path(job.root)
    text = (root / job.suite / FILE).read_text(encoding="utf-8")
    manifest = parse_manifest(text, f"{job.suite}/{FILE}").within(job.test_seconds, job.run_seconds)
    runner = configured_runner(read_settings(), job.runner)(manifest.allowance)
    session = Session(runner, manifest, {**job.files, **_provided(root, manifest)})
    try:
        results = _run(job, session, manifest, lambda kind, content: messages.send([kind, content]))
    finally:
        session.drop_process()
        runner.close()
    unloadable = str(session.unloadable) if session.unloadable else None
    found = {"results": results, "unloadable": unloadable, "output": session.output(), "notes": session.notes}
    messages.send(["finished", found])


def _run(
    job: SuiteJob, session: Session, manifest: Manifest, emit: Callable[[str, Any], None]
) -> list[Record]:
    """Run the cases with the submission's adapters in place; return the records of the JSON report."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    import pytest  # noqa: PLC0415 - imported while the submission's process starts

    from grader.boundary.adapters import RemoteAdapters  # noqa: PLC0415 - as above
    from grader.suite.plugin import Grading  # noqa: PLC0415 - as above

    sys.path.insert(0, job.root)
    sys.modules[ADAPTERS] = RemoteAdapters(session.channel, manifest.interface)
    np.random.default_rng(0)  # its modules are imported now, not in the first test
    grading = Grading(session, frozenset(job.left_out), emit)
    place = [
        str(Path(job.root) / job.suite),
        f"--rootdir={job.root}",
        f"--confcutdir={job.root}",
        "-c",
        os.devnull,
    ]
    status = pytest.main([*place, *QUIET, *REPORT, f"--seed={job.seed}"], plugins=[grading])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError(f"the suite {job.suite} cannot be run: pytest ended with {status!r}")
    return grading.records


def _provided(root: Path, manifest: Manifest) -> dict[str, bytes]:
    """Return the modules that stand in place of the submission's own."""
    return {name: (root / source).read_bytes() for name, source in manifest.provided.items()}


if __name__ == "__main__":
    main()
