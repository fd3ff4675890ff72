"""The probe finds failed guarantees, and grading then takes another runner or none."""

import json
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import replace

import pytest

from grader.probe import NoRunner, check_runner, start_strongest
from grader.sandbox.docker.kind import Docker
from grader.sandbox.forking import JAIL
from grader.sandbox.process import PROCESS
from grader.sandbox.runner import Allowance, Guarantee, SandboxError
from grader.sandbox.runner_choice import UnknownRunner, candidates, every_runner, isolating
from tests.assignment.samples import ROOT
from tests.grader.support.needs import why_not
from tests.grader.support.small_assignments import write_assignment

EVERY = every_runner(Docker())
ISOLATING = isolating(Docker())


# states all guarantees and keeps those of the `process` runner
BOASTFUL = replace(PROCESS, name="boastful", guarantees=frozenset(Guarantee))


def unavailable(command, allowance):
    """Wrap no command at all."""
    del command, allowance
    raise SandboxError("there is no sandbox today")


def strongest(but=""):
    """Return the first runner that isolates and can be used on this machine."""
    return next(kind for kind in ISOLATING if kind.name != but and not why_not(kind.name))


ABSENT = replace(JAIL, name="absent", wrap=unavailable)


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.name)
def test_every_runner_keeps_its_guarantees_here(kind):
    """A machine with all tools, as the one that runs these tests, can use every runner."""
    finding = check_runner(kind)

    assert str(finding) == f"{kind.name}: keeps its guarantees"
    assert finding.is_usable


def test_the_isolating_runners_state_every_guarantee():
    """Each isolating runner states every guarantee."""
    assert {kind.name: kind.guarantees for kind in ISOLATING} == {
        kind.name: frozenset(Guarantee) for kind in ISOLATING
    }


def test_the_probe_finds_failed_guarantees():
    """The probe breaks each guarantee that a plain process cannot keep, and names it."""
    finding = check_runner(BOASTFUL)

    assert not finding.is_usable
    assert set(finding.failed) == set(Guarantee) - {Guarantee.MEMORY, Guarantee.KILL}


def test_the_strongest_usable_runner_starts():
    """A kind that is unavailable, or fails a guarantee, is passed over."""
    with closing(start_strongest([ABSENT, BOASTFUL, JAIL], Allowance())) as runner:
        assert runner.kind.name == "jail"


def test_no_runner_is_better_than_an_unusable_one():
    """Without a usable runner none starts, and the error names each reason."""
    with pytest.raises(NoRunner) as refused:
        start_strongest([ABSENT, BOASTFUL], Allowance())

    assert "absent: there is no sandbox today" in str(refused.value)
    assert "boastful: " in str(refused.value)
    assert "no network: the probe could do it" in str(refused.value)


def test_a_runner_that_does_not_isolate_is_taken_by_name_only():
    """By default only isolating runners are candidates; a name selects one; an unknown name is an error."""
    assert PROCESS not in candidates(None, Docker())
    assert list(candidates("process", Docker())) == [PROCESS]
    with pytest.raises(UnknownRunner, match="there is no runner 'magic'; the runners are"):
        candidates("magic", Docker())


def test_doctor_tells_which_runner_grading_takes(tmp_path):
    """The table names every runner, and the sentence below it the strongest one."""
    told = subprocess.run(
        [sys.executable, "-m", "grader", "doctor"],
        cwd=ROOT,
        env={**os.environ, "GRADER_ASSIGNMENT": str(write_assignment(tmp_path / "assignment"))},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert all(kind.name in told for kind in EVERY)
    assert f"Grading takes {strongest().name}, unless another is asked for." in told


def test_doctor_says_what_is_missing_and_what_is_left(tmp_path):
    """Without an engine docker cannot be used; the output has the reason, and the next runner is chosen."""
    told = subprocess.run(
        [sys.executable, "-m", "grader", "doctor"],
        cwd=ROOT,
        env={
            **os.environ,
            "DOCKER_HOST": "tcp://127.0.0.1:1",
            "COLUMNS": "200",
            "GRADER_ASSIGNMENT": str(write_assignment(tmp_path / "assignment")),
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert "no Docker engine answers" in told
    assert f"Grading takes {strongest(but='docker').name}, unless another is asked for." in told


@pytest.mark.parametrize("runner", ["docker"])
def test_doctor_tells_the_truth_in_a_locked_down_container(runner):
    """Without engine, namespaces and rights, the jail works, with all guarantees."""
    locked = ("--cap-drop=ALL", "--security-opt=no-new-privileges", "--user=65534:65534", "--network=none")
    scratch = ("--read-only", "--tmpfs=/tmp", "--env=GRADER_DATA_DIR=/tmp/data", "--env=COLUMNS=200")

    done = subprocess.run(
        [runner, "run", "--rm", *locked, *scratch, "grader", "doctor"],
        capture_output=True,
        text=True,
        check=False,
    )
    told = done.stdout

    assert "there is no Docker engine" in told
    assert "the command bwrap is not installed" in told
    assert "Grading takes jail, unless another is asked for." in told
    assert "✗" not in told
    assert (done.returncode, told.splitlines()[-1]) == (1, "not ready, missing: data")  # there is no network


def test_grading_says_in_which_runner_and_how_it_isolates(tmp_path):
    """By default, a report comes from an isolating runner, and says so."""
    empty = ROOT / "tests" / "assignment" / "submissions" / "empty"
    command = [sys.executable, "-m", "grader", "grade", str(empty), "--json", str(tmp_path / "report.json")]

    subprocess.run([*command, "--without-bonus"], cwd=ROOT, capture_output=True, check=False)

    report = json.loads((tmp_path / "report.json").read_text())
    assert report["runner"]["name"] == strongest().name
    assert report["runner"]["isolation"] == strongest().isolation
