"""Chooses the runner: the one asked for by name, or the strongest that isolates."""

from collections.abc import Mapping
from typing import Protocol

from grader.sandbox.bwrap import BWRAP
from grader.sandbox.forking import JAIL
from grader.sandbox.process import ProcessRunner
from grader.sandbox.runner import Allowance, Promise, Runner, SandboxError


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


RUNNERS: Mapping[str, RunnerKind] = {"bwrap": BWRAP, "jail": JAIL, "process": ProcessRunner}
ISOLATING: tuple[str, ...] = ()  # from strongest to weakest; `process` is never chosen unasked


class NoRunner(SandboxError):  # noqa: N818 - says what is the case
    """The runner that was asked for does not exist, or none was asked for and none isolates."""


def choose_runner(name: str | None) -> RunnerKind:
    """Return the kind of runner `name`, or without a name the strongest. Raises NoRunner with what to do."""
    if name is None:
        if not ISOLATING:
            raise NoRunner(
                "this version has no runner that isolates submissions; to grade code that you trust with "
                "this machine, ask for the runner without isolation: --runner process"
            )
        name = ISOLATING[0]
    if name not in RUNNERS:
        raise NoRunner(f"there is no runner {name!r}; the runners are {', '.join(RUNNERS)}")
    return RUNNERS[name]
