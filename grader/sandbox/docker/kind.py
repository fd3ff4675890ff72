"""The kind of runner that uses containers: its options, and what it says of itself before one is made."""

from dataclasses import dataclass
from typing import ClassVar

from grader.sandbox.runner import Allowance, Promise, Runner

PROCESSES = 64  # tasks in a container; the C runtime and an engine's own helpers need a dozen
UID = 65534


@dataclass(frozen=True)
class Docker:
    """Containers of `image`, run by `runtime` (None: the engine's own default), `pool` of them kept ready."""

    image: str
    runtime: str | None
    pool: int

    name: ClassVar[str] = "docker"
    promises: ClassVar[frozenset[Promise]] = frozenset(Promise) - {Promise.PROCESSES}

    @property
    def isolation(self) -> str:
        """What stands between the submission and this machine."""
        return (
            f"a container of its own from the image {self.image}, runtime {self.runtime or 'default'}: "
            f"no network, no writable file, no capabilities, uid {UID}, limits of memory, of one CPU and of "
            f"{PROCESSES} processes"
        )

    def __call__(self, allowance: Allowance) -> Runner:
        """Return a runner whose containers live under `allowance`. Raises SandboxError."""
        from grader.sandbox.docker.runner import DockerRunner  # noqa: PLC0415 - the SDK costs 150 ms

        return DockerRunner(allowance, self)
