"""Which runners there are, and which may be taken: the one asked for by name, or any that isolates."""

from collections.abc import Sequence
from typing import Protocol

from grader.sandbox.bwrap import BWRAP
from grader.sandbox.docker.kind import Docker
from grader.sandbox.forking import JAIL
from grader.sandbox.process import ProcessRunner
from grader.sandbox.runner import Allowance, Promise, Runner


class RunnerKind(Protocol):
    """A runner's class: what it is called and promises, and how one is made."""

    @property
    def name(self) -> str:
        """The name, as in `--runner NAME`."""

    @property
    def isolation(self) -> str:
        """What stands between a submission and this machine."""

    @property
    def promises(self) -> frozenset[Promise]:
        """What it promises of every process."""

    def __call__(self, allowance: Allowance) -> Runner:
        """Return a runner whose processes live under `allowance`. Raises SandboxError."""


class UnknownRunner(ValueError):  # noqa: N818 - says what is the case
    """There is no runner of that name."""


def isolating(docker: Docker) -> Sequence[RunnerKind]:
    """Return the runners that isolate, from strongest to weakest; `docker` says how containers are run."""
    return (docker, BWRAP, JAIL)


def every_runner(docker: Docker) -> Sequence[RunnerKind]:
    """Return all runners, from strongest to weakest."""
    return (*isolating(docker), ProcessRunner)


def candidates(name: str | None, docker: Docker) -> Sequence[RunnerKind]:
    """Return the runners that may be taken, strongest first: that of `name`, or all that isolate."""
    if name is None:
        return isolating(docker)
    runners = {kind.name: kind for kind in every_runner(docker)}
    if name not in runners:
        raise UnknownRunner(f"there is no runner {name!r}; the runners are {', '.join(runners)}")
    return (runners[name],)
