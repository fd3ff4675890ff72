"""The kinds of runners, and the choice among them: by name, or any kind that isolates."""

from collections.abc import Sequence

from grader.sandbox.bwrap import BWRAP
from grader.sandbox.docker.kind import Docker
from grader.sandbox.forking import JAIL
from grader.sandbox.process import PROCESS
from grader.sandbox.runner import RunnerKind


class UnknownRunner(ValueError):  # noqa: N818 - the name is the fact
    """There is no runner of that name."""


def isolating(docker: Docker) -> Sequence[RunnerKind]:
    """Return the kinds of runners that isolate, from strongest to weakest."""
    return (docker, BWRAP, JAIL)


def every_runner(docker: Docker) -> Sequence[RunnerKind]:
    """Return all kinds of runners, from strongest to weakest."""
    return (*isolating(docker), PROCESS)


def candidates(name: str | None, docker: Docker) -> Sequence[RunnerKind]:
    """Return the kinds that grading may use, strongest first: the kind called `name`, or all that isolate."""
    if name is None:
        return isolating(docker)
    runners = {kind.name: kind for kind in every_runner(docker)}
    if name not in runners:
        raise UnknownRunner(f"there is no runner {name!r}; the runners are {', '.join(runners)}")
    return (runners[name],)
