"""Workers for crash tests, which show life often and are taken for dead soon.

`python -m tests.grader.support.doomed_worker STAGE` ends itself by SIGKILL when it reaches the stage, as if
power had failed just then; with `sound` it does all its work.
"""

import os
import signal
import sys

from grader.cli import main
from grader.store.queue import heartbeat, postgresql, watch
from grader.suite import leases
from grader.worker import attempt, follower, worker

# Of each stage: what is called when it is reached.
STAGES = {
    "taken": (attempt.Attempts, "_grade"),
    "sandbox open": (leases.SandboxServer, "_lease"),
    "tests running": (follower.Follower, "_handle_result"),
    "before publish": (attempt.Attempts, "_publish"),
}


def die(*_):
    """End this process as the kernel does when memory is out."""
    os.kill(os.getpid(), signal.SIGKILL)


def hurry():
    """Beat, reap and give up on others within a second or two."""
    heartbeat.HEARTBEAT_SECONDS = postgresql.HEARTBEAT_SECONDS = 0.3
    worker.REAP_SECONDS = 0.5
    watch.DEAD_AFTER_SECONDS = 2


if __name__ == "__main__":
    hurry()
    if sys.argv[1] in STAGES:
        setattr(*STAGES[sys.argv[1]], die)
    sys.argv = ["grader", "worker", "--slots", "1"]
    main()
