"""Chooses the runner: the one asked for by name, or the strongest that isolates."""

from collections.abc import Mapping

from grader.sandbox.process import ProcessRunner
from grader.sandbox.runner import Runner, SandboxError

RUNNERS: Mapping[str, type[Runner]] = {"process": ProcessRunner}
ISOLATING: tuple[str, ...] = ()  # from strongest to weakest; `process` is never chosen unasked


class NoRunner(SandboxError):  # noqa: N818 - says what is the case
    """The runner that was asked for does not exist, or none was asked for and none isolates."""


def choose_runner(name: str | None) -> Runner:
    """Return the runner `name`, or without a name the strongest one. Raises NoRunner with what to do."""
    if name is None:
        if not ISOLATING:
            raise NoRunner(
                "this version has no runner that isolates submissions; to grade code that you trust with "
                "this machine, ask for the runner without isolation: --runner process"
            )
        name = ISOLATING[0]
    if name not in RUNNERS:
        raise NoRunner(f"there is no runner {name!r}; the runners are {', '.join(RUNNERS)}")
    return RUNNERS[name]()
