"""Checks of the runners on this machine, and the choice of a runner by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from grader.boundary.errors import SubmissionError
from grader.sandbox.runner import MEBI, Allowance, Guarantee, Runner, RunnerKind, SandboxError

PROBE_ALLOWANCE = Allowance(memory=1024 * MEBI)


class NoRunner(SandboxError):  # noqa: N818 - the name is the fact
    """No runner that grading may use keeps its guarantees on this machine."""


@dataclass(frozen=True)
class RunnerCheck:
    """The state of a kind of runner here: why it is unavailable, or which guarantees failed, and how."""

    kind: RunnerKind
    unavailable: str | None = None
    failed: Mapping[Guarantee, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_usable(self) -> bool:
        """Whether submissions may run in it."""
        return self.unavailable is None and not self.failed

    def __str__(self) -> str:
        faults = [f"{guarantee}: {how}" for guarantee, how in self.failed.items()]
        return f"{self.kind.name}: {self.unavailable or '; '.join(faults) or 'keeps its guarantees'}"


def check_runner(kind: RunnerKind) -> RunnerCheck:
    """Return the check of a runner of `kind`, which is started for that and closed."""
    runner, check = _start(kind, PROBE_ALLOWANCE)
    if runner is not None:
        runner.close()
    return check


def start_strongest(kinds: Sequence[RunnerKind], allowance: Allowance) -> Runner:
    """Return a runner of the first of `kinds` that keeps its guarantees. Raises NoRunner with the reasons."""
    checks = []
    for kind in kinds:
        runner, check = _start(kind, allowance)
        if runner is not None and check.is_usable:
            return runner
        if runner is not None:
            runner.close()
        checks.append(check)
    reasons = "".join(f"\n  {check}" for check in checks)
    raise NoRunner(
        f"no runner can be used on this machine:{reasons}\nSee `grader doctor`. "
        "To grade code that you trust with this machine, without isolation: --runner process"
    )


def _start(kind: RunnerKind, allowance: Allowance) -> tuple[Runner | None, RunnerCheck]:
    """Return a runner of `kind`, or None, and its check."""
    try:
        runner = kind(allowance)
    except SandboxError as failed:
        return None, RunnerCheck(kind, unavailable=str(failed))
    from grader.probe.trial import failed_guarantees  # noqa: PLC0415 - it imports numpy; the runner starts meanwhile

    try:
        return runner, RunnerCheck(kind, failed=failed_guarantees(runner, allowance.memory))
    except (SandboxError, SubmissionError) as failed:
        return runner, RunnerCheck(kind, unavailable=str(failed))
