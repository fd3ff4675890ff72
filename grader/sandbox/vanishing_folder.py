"""Temporary folders that vanish with the process that made them, also after `kill -9`."""

import os
import shutil
import tempfile
import weakref
from types import TracebackType
from typing import Self

SHELL = "/bin/sh"
KEEPER = 'read _; rm -rf -- "$0"'  # the read ends when the other end of its input is closed


class VanishingFolder:
    """A new temporary folder, `path`; a small process removes it when this one closes it or ends."""

    def __init__(self, prefix: str) -> None:
        """Make the folder, with a name that begins with `prefix`."""
        self.path = tempfile.mkdtemp(prefix=prefix)
        reading, line = os.pipe()
        keeper = os.posix_spawn(
            SHELL,
            [SHELL, "-c", KEEPER, self.path],
            {"PATH": "/usr/bin:/bin"},
            file_actions=[(os.POSIX_SPAWN_DUP2, reading, 0)],
            setpgroup=0,  # an interrupt from the terminal ends this process alone
        )
        os.close(reading)
        self._remove = weakref.finalize(self, _hang_up, line, keeper, self.path)

    def close(self) -> None:
        """Remove the folder; so does the end of this object."""
        self._remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _hang_up(line: int, keeper: int, path: str) -> None:
    """End the keeper, which removes the folder; remove it here if the keeper was killed."""
    os.close(line)
    os.waitpid(keeper, 0)
    shutil.rmtree(path, ignore_errors=True)
