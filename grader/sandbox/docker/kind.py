"""The `docker` kind of runner: a machine without Docker imports nothing more of this package."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from grader.sandbox.docker.options import PROCESSES, UID, DockerOptions
from grader.sandbox.runner import Allowance, Guarantee, Runner, SandboxError

SOCKET = Path("/var/run/docker.sock")


@dataclass(frozen=True)
class Docker:
    """The kind of runner that gives each submission a container of its own."""

    options: DockerOptions = field(default_factory=DockerOptions)

    name: ClassVar[str] = "docker"

    @property
    def guarantees(self) -> frozenset[Guarantee]:
        """The guarantees for every process."""
        return (
            frozenset(Guarantee) if self.options.is_jailed else frozenset(Guarantee) - {Guarantee.PROCESSES}
        )

    @property
    def isolation(self) -> str:
        """The isolation between a submission and this machine, in words for the report."""
        options = self.options
        inside = "with the jail inside" if options.is_jailed else "with a kernel of its own"
        return (
            f"a container of its own from the image {options.image}, runtime {options.runtime or 'default'}, "
            f"{inside}: no network, no writable file, no capabilities, uid {UID}, limits of memory, of one "
            f"CPU and of {PROCESSES} tasks"
        )

    def __call__(self, allowance: Allowance) -> Runner:
        """Return a runner whose containers live under `allowance`. Raises SandboxError."""
        if "DOCKER_HOST" not in os.environ and not SOCKET.exists():
            raise SandboxError(f"there is no Docker engine: no {SOCKET}, and DOCKER_HOST names no other")
        from grader.sandbox.docker.docker_runner import (  # noqa: PLC0415 - the SDK costs a third of a second
            DockerRunner,
        )

        return DockerRunner(allowance, self, self.options)
