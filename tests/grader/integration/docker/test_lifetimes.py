"""Containers from the pool to their end, and leftovers of workers that were killed."""

import os
import signal
import subprocess
import sys
import time

import pytest

from grader.boundary.errors import Died, TimedOut
from grader.sandbox.docker import engine as engine_module
from grader.sandbox.docker.engine import LABEL, remove_leftovers
from grader.sandbox.runner import Allowance
from tests.assignment.samples import ROOT
from tests.grader.support.containers import LOOK, OPTIONS, eventually, exists, loaded

pytestmark = pytest.mark.docker

WORKER = """
import sys, time
from grader.boundary.channel import Channel
from grader.boundary.interface import Interface
from grader.sandbox.docker.kind import Docker
from grader.sandbox.docker.options import DockerOptions
from grader.sandbox.runner import Allowance

DockerOptions.is_jailed = sys.argv[2] == "jailed"
runner = Docker(DockerOptions("grader-sandbox", None, 1))(Allowance())
process = runner.open()
while not runner.ready:
    time.sleep(0.01)
channel = Channel(process.stream, Interface())
channel.load({"tests/adapters.py": sys.argv[1].encode()})
print(process.id, flush=True)
channel.ask("call", "spin", [], {})
"""


@pytest.mark.parametrize(
    ("end", "told"),
    [
        ("os._exit(0)", "it ended itself with exit status 0"),
        ("os._exit(3)", "it ended itself with exit status 3"),
        ("os.kill(os.getpid(), 11)", "it was ended by the signal SIGSEGV"),
        ("os.kill(os.getpid(), 40)", "it was ended by the signal 40"),
    ],
)
def test_it_is_told_how_a_process_ended(process, end, told):
    """The engine knows the exit status and the signal."""
    channel = loaded(process)

    with pytest.raises(Died):
        channel.ask("call", "look", [f"import os; {end}"], {})

    assert process.ending().told == told


def test_a_process_that_runs_on_is_told_so(process):
    """Nothing is made up about a process that has not ended."""
    assert process.ending().told == "it closed its connection to the tests"


def test_a_spinning_process_and_its_detached_child_are_killed(engine, bare_runner):
    """A container is gone after kill, with any process in it, also after a second kill."""
    process = bare_runner.open()
    channel = loaded(process)
    channel.limit_time(1)
    with pytest.raises(TimedOut):
        channel.ask("call", "spin", [], {})

    process.kill()
    process.kill()

    assert not exists(engine, process.id)


@pytest.mark.parametrize("inside", ["jailed", "bare"])
def test_a_worker_that_is_killed_leaves_nothing(engine, inside):
    """When a worker ends by kill -9, its containers end, the one that spins and the one that waits."""
    worker = subprocess.Popen([sys.executable, "-c", WORKER, LOOK, inside], stdout=subprocess.PIPE, cwd=ROOT)
    spinning = worker.stdout.readline().decode().strip()
    owned = {"label": f"{engine_module.OWNER_LABEL}={os.uname().nodename}:{worker.pid}"}
    assert len(engine.containers(filters=owned)) == 2

    worker.send_signal(signal.SIGKILL)
    worker.communicate()

    assert eventually(lambda: not engine.containers(all=True, filters=owned))
    assert not exists(engine, spinning)


def test_leftovers_are_removed_and_what_runs_is_not(engine, process, monkeypatch):
    """A container that was never started goes when the next runner starts; those of other workers stay."""
    monkeypatch.setattr(engine_module, "STARTING_SECONDS", -60)
    left = engine.create_container("grader-sandbox", "none", labels={LABEL: "1"})["Id"]
    foreign = engine.create_container("grader-sandbox", "none")["Id"]

    remove_leftovers(engine)

    assert not exists(engine, left)
    assert exists(engine, process.id)
    assert exists(engine, foreign)
    engine.remove_container(foreign)


def test_a_container_that_is_about_to_be_started_is_no_leftover(engine):
    """A container that another worker has just created stays."""
    young = engine.create_container("grader-sandbox", "none", labels={LABEL: "1"})["Id"]

    remove_leftovers(engine)

    assert exists(engine, young)
    engine.remove_container(young)


def test_processes_come_from_the_pool_and_it_is_filled_again(engine):
    """A container that waits is the one that is opened, and another takes its place."""
    runner = OPTIONS(Allowance())
    runner.open().kill()
    waiting = {"label": f"{engine_module.OWNER_LABEL}={os.uname().nodename}:{os.getpid()}"}
    others = {container["Id"] for container in engine.containers(filters=waiting)}
    assert eventually(lambda: runner.ready == 1)
    ready = {container["Id"] for container in engine.containers(filters=waiting)} - others

    opened = runner.open()

    assert opened.id in ready | others
    assert eventually(lambda: runner.ready == 1)
    runner.close()
    assert not exists(engine, opened.id)


def test_a_container_that_ended_while_it_waited_is_not_given_out(engine):
    """A restart of the engine ends the waiting containers; the runner opens a fresh one."""
    runner = OPTIONS(Allowance())
    assert eventually(lambda: runner.ready == 1)
    owned = {"label": f"{engine_module.OWNER_LABEL}={os.uname().nodename}:{os.getpid()}"}
    for container in engine.containers(filters=owned):
        engine.kill(container["Id"])
    time.sleep(0.5)

    opened = runner.open()

    assert loaded(opened).ask("call", "look", ["found = 1"], {}) == 1
    runner.close()
