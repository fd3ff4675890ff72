"""The options of the `docker` runner, and the limits that every container has."""

from dataclasses import dataclass

PROCESSES = 64  # tasks in a container; the C runtime and an engine's own helpers need a dozen
UID = 65534
GVISOR = "runsc"


@dataclass(frozen=True)
class DockerOptions:
    """How containers are run: their image, their runtime, and the number that is kept ready.

    A `runtime` of None is the engine's default.
    """

    image: str = "grader-sandbox"
    runtime: str | None = None
    pool: int = 2

    @property
    def is_jailed(self) -> bool:
        """Whether a process inside enters the jail: gVisor, which has its own kernel, lacks Landlock."""
        return not (self.runtime or "").startswith(GVISOR)
