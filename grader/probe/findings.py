"""Findings about the runners of this machine, and the choice of a runner by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from grader.boundary.errors import SubmissionError
from grader.probe.trial import broken_promises
from grader.sandbox.runner import MEBI, Allowance, Promise, Runner, SandboxError
from grader.sandbox.runner_choice import RunnerKind

PROBE_ALLOWANCE = Allowance(memory=1024 * MEBI)


class NoRunner(SandboxError):  # noqa: N818 - says what is the case
    """No runner that may be used keeps its promises on this machine."""


@dataclass(frozen=True)
class RunnerCheck:
    """The state of a runner here: why it is unavailable, or which promises it breaks, and how."""

    kind: RunnerKind
    unavailable: str | None = None
    broken: Mapping[Promise, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def holds(self) -> bool:
        """Whether submissions may be run in it."""
        return self.unavailable is None and not self.broken

    def __str__(self) -> str:
        faults = [f"{promise}: {how}" for promise, how in self.broken.items()]
        return f"{self.kind.name}: {self.unavailable or '; '.join(faults) or 'keeps its promises'}"


def find_out(kind: RunnerKind) -> RunnerCheck:
    """Start a runner of `kind` for a moment and hold it to its promises."""
    runner, finding = _started(kind, PROBE_ALLOWANCE)
    if runner is not None:
        runner.close()
    return finding


def start_strongest(kinds: Sequence[RunnerKind], allowance: Allowance) -> Runner:
    """Return a runner of the first of `kinds` that keeps its promises. Raises NoRunner with the reasons."""
    findings = []
    for kind in kinds:
        runner, finding = _started(kind, allowance)
        if runner is not None and finding.holds:
            return runner
        if runner is not None:
            runner.close()
        findings.append(finding)
    reasons = "".join(f"\n  {finding}" for finding in findings)
    raise NoRunner(
        f"no runner can be used on this machine:{reasons}\nSee `grader doctor`. "
        "To grade code that you trust with this machine, without isolation: --runner process"
    )


def _started(kind: RunnerKind, allowance: Allowance) -> tuple[Runner | None, RunnerCheck]:
    """Start a runner and hold it to its promises."""
    try:
        runner = kind(allowance)
    except SandboxError as failed:
        return None, RunnerCheck(kind, unavailable=str(failed))
    try:
        return runner, RunnerCheck(kind, broken=broken_promises(runner, allowance.memory))
    except (SandboxError, SubmissionError) as failed:
        return runner, RunnerCheck(kind, unavailable=str(failed))
