"""The kind of runner that uses containers: its options, and what it says of itself before one is made."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from grader.sandbox.runner import Allowance, Promise, Runner, SandboxError

PROCESSES = 64  # tasks in a container; the C runtime and an engine's own helpers need a dozen
UID = 65534
GVISOR = "runsc"
SOCKET = Path("/var/run/docker.sock")


@dataclass(frozen=True)
class Docker:
    """Containers of `image`, run by `runtime` (None: the engine's own default), `pool` of them kept ready."""

    image: str = "grader-sandbox"
    runtime: str | None = None
    pool: int = 2

    name: ClassVar[str] = "docker"

    @property
    def jailed(self) -> bool:
        """Whether the jail is put on inside: gVisor, which has a kernel of its own, knows no Landlock."""
        return not (self.runtime or "").startswith(GVISOR)

    @property
    def promises(self) -> frozenset[Promise]:
        """What it promises of every process."""
        return frozenset(Promise) if self.jailed else frozenset(Promise) - {Promise.PROCESSES}

    @property
    def isolation(self) -> str:
        """What stands between a submission and this machine."""
        inside = "with the jail inside" if self.jailed else "with a kernel of its own"
        return (
            f"a container of its own from the image {self.image}, runtime {self.runtime or 'default'}, "
            f"{inside}: no network, no writable file, no capabilities, uid {UID}, limits of memory, of one "
            f"CPU and of {PROCESSES} tasks"
        )

    def __call__(self, allowance: Allowance) -> Runner:
        """Return a runner whose containers live under `allowance`. Raises SandboxError."""
        if "DOCKER_HOST" not in os.environ and not SOCKET.exists():
            raise SandboxError(f"there is no Docker engine: no {SOCKET}, and DOCKER_HOST names no other")
        from grader.sandbox.docker.docker_runner import DockerRunner  # noqa: PLC0415 - the SDK costs a third of a second

        return DockerRunner(allowance, self)
