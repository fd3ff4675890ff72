"""The start of the suite's process, with few imports: a verdict on the command line begins with it."""

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

EXIT_SECONDS = 2.0
# -P: a folder `grader` in the working folder belongs to a student.
COMMAND = (sys.executable, "-P", "-m", "grader.suite")
ENVIRONMENT = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "OPENBLAS_NUM_THREADS": "1",  # a process that forks must have no other thread
    "OMP_NUM_THREADS": "1",
}


class StartedSuite:
    """A process that collects the cases of the assignment in a folder.

    Attributes: `control` (the socket that takes jobs), `ready` (the socket on which it announces the suite),
    `log` (a file with all that it prints) and `process`.
    """

    def __init__(self, root: Path) -> None:
        """Start it for the assignment in the folder `root`; it ends with this process at the latest."""
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self.control, control = control_sockets()
        self.ready, ready = socket.socketpair()
        with control, ready:
            self.process = subprocess.Popen(  # noqa: S603 - the grader's interpreter and module
                [*COMMAND, str(root), str(control.fileno()), str(ready.fileno())],
                pass_fds=[control.fileno(), ready.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self.log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **ENVIRONMENT},
            )

    def abandon(self) -> None:
        """End the process at once, if it has not ended."""
        self.process.kill()
        self.close()

    def close(self) -> None:
        """End the process, and with it all jobs."""
        self.control.close()
        try:
            self.process.wait(EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.ready.close()
        self.log.close()


def control_sockets() -> tuple[socket.socket, socket.socket]:
    """Return the two ends of a socket that takes orders: of who gives them, and of who obeys."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
