"""Chooses the runner: the one asked for by name."""

from collections.abc import Mapping
from typing import Protocol

from grader.sandbox.docker.kind import Docker
from grader.sandbox.process import ProcessRunner
from grader.sandbox.runner import Allowance, Promise, Runner, SandboxError


class RunnerKind(Protocol):
    """A runner's class or options: what it is called and promises, and how one is made."""

    @property
    def name(self) -> str:
        """The runner's name, as in `--runner NAME`."""

    @property
    def isolation(self) -> str:
        """What stands between the submission and this machine, in words for the report."""

    @property
    def promises(self) -> frozenset[Promise]:
        """What it promises of every process."""

    def __call__(self, allowance: Allowance) -> Runner:
        """Return a runner whose processes live under `allowance`. Raises SandboxError."""


class NoRunner(SandboxError):  # noqa: N818 - says what is the case
    """The runner that was asked for does not exist, or none was asked for."""


def all_runners(docker: Docker) -> Mapping[str, RunnerKind]:
    """Return all kinds of runners by their names, `docker` among them."""
    return {docker.name: docker, ProcessRunner.name: ProcessRunner}


def choose_runner(name: str | None, runners: Mapping[str, RunnerKind]) -> RunnerKind:
    """Return the kind of runner `name`. Raises NoRunner with what to do, also when none is named."""
    if name is None:
        raise NoRunner(
            "say which runner: --runner docker isolates submissions, and needs a Docker engine; "
            "--runner process isolates nothing, for code that you trust with this machine"
        )
    if name not in runners:
        raise NoRunner(f"there is no runner {name!r}; the runners are {', '.join(runners)}")
    return runners[name]
