"""The inside of a container: no rights, no network, no files but its own, and limits."""

import os
from pathlib import Path

import numpy as np
import pytest

from grader.boundary.errors import Died, Raised
from grader.probe.trial import failed_guarantees
from grader.sandbox.docker.kind import Docker
from grader.sandbox.docker.options import PROCESSES, DockerOptions
from grader.sandbox.environment import student_environment
from grader.sandbox.runner import MEBI, Allowance, Guarantee
from tests.grader.support.containers import loaded

pytestmark = pytest.mark.docker

WRITE_EVERYWHERE = """
import os
found = []
for folder, names, _ in os.walk("/"):
    names[:] = [name for name in names if os.path.join(folder, name) != "/proc"]
    try:
        os.close(os.open(os.path.join(folder, "left-behind"), os.O_CREAT | os.O_WRONLY))
        found.append(folder)
    except OSError:
        pass
"""
TAKE_MEMORY_TWICE = """
import os, time
reading, writing = os.pipe()
if os.fork() == 0:
    held = b"1" * (200 << 20)
    os.write(writing, b"taken")
    time.sleep(60)
    os._exit(0)
os.read(reading, 5)
held = b"1" * (360 << 20)
"""


def test_all_guarantees_are_kept(runner):
    """The probe finds no way around any of them; with the jail inside they are all that there are."""
    assert runner.kind.guarantees == frozenset(Guarantee)
    assert failed_guarantees(runner, 512 * MEBI) == {}


def test_the_submission_has_no_rights(look):
    """It is nobody, without any capability, and can get none."""
    status = look(
        "found = dict(line.split(':\\t') for line in open('/proc/self/status').read().splitlines())"
    )

    assert status["Uid"].split() == status["Gid"].split() == ["65534"] * 4
    assert {int(status[kind], 16) for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


def test_nothing_can_be_written(look):
    """No folder takes a file, memory file systems included."""
    written = look(WRITE_EVERYWHERE)

    assert written == []


def test_there_is_no_network(look):
    """There is no interface but the loopback, and no route to anywhere."""
    interfaces = look("import socket; found = [name for _, name in socket.if_nameindex()]")

    assert interfaces == ["lo"]
    with pytest.raises(Raised, match="no network"):
        look("import socket; socket.create_connection(('192.0.2.1', 80), 1)")


def test_only_the_students_end_and_numpy_are_there(look):
    """No test, no implementation, no report and no installer is in the image."""
    modules = look("""
import importlib.util, os
found = {
    "ours": sorted(name for name in os.listdir("/opt/grader/grader") if name != "__pycache__"),
    "top": sorted(os.listdir("/opt/grader")),
    "importable": [
        name for name in ("pip", "ensurepip", "pytest", "docker", "smulgrad", "torch", "jax", "autograd")
        if importlib.util.find_spec(name)
    ],
}
""")

    assert modules == {"ours": ["__init__.py", "boundary", "sandbox"], "top": ["grader"], "importable": []}


def test_the_environment_is_the_same_as_everywhere(look):
    """Neither the image's variables nor the worker's reach the submission."""
    variables = look("import os; found = dict(os.environ)")

    assert variables == student_environment("/submission", Allowance())


def test_the_first_process_is_out_of_reach(look):
    """The process that watches for the worker's end can be neither read nor ended."""
    reached = look("""
import os, signal
found = []
for path in ("/proc/1/mem", "/proc/1/environ", "/proc/1/fd"):
    try:
        os.listdir(path) if path.endswith("fd") else open(path, "r+b")
        found.append(path)
    except PermissionError:
        pass
for number in range(1, signal.NSIG):
    os.kill(1, number)
""")

    assert reached == []
    assert look("found = 1") == 1


def test_the_channel_is_not_among_the_standard_streams(look):
    """Printed output of the submission, by any way, is output and no answer."""
    look("import os; print('printed'); os.write(1, b'written\\n'); os.write(2, b'to errors\\n')")

    assert look("import sys; found = sys.stdin.read()") == ""


def test_gvisor_can_run_the_containers(engine):
    """With the runtime runsc the kernel is gVisor's; nothing can be written, and the ending is reported."""
    if "runsc" not in engine.info()["Runtimes"] and not os.environ.get("CI"):
        pytest.skip("the engine does not know the runtime runsc")
    runner = Docker(DockerOptions("grader-sandbox", "runsc", 0))(Allowance())
    process = runner.open()
    channel = loaded(process)

    version = channel.ask("call", "look", ["found = open('/proc/version').read()"], {})
    written = channel.ask("call", "look", [WRITE_EVERYWHERE], {})
    with pytest.raises(Died):
        channel.ask("call", "look", ["import os; os._exit(3)"], {})

    assert version != Path("/proc/version").read_text()
    assert written == []
    assert process.ending().told == "it ended itself with exit status 3"
    runner.close()


def test_memory_is_limited_for_all_processes_together(bare_process):
    """Processes that take more than the limit together end, with the reason."""
    channel = loaded(bare_process)

    with pytest.raises(Died):
        channel.ask("call", "look", [TAKE_MEMORY_TWICE], {})

    assert bare_process.ending().told == "it ran out of memory"


def test_memory_of_one_process_is_an_error_that_it_can_handle(look):
    """An array that is too large is a MemoryError, and the process goes on."""
    with pytest.raises(Raised, match="MemoryError"):
        look("held = b'1' * (600 << 20)")

    assert look("found = 1") == 1


def test_processes_are_limited(look):
    """A fork bomb gets nowhere."""
    forks = look("""
import os, time
found = 0
try:
    for _ in range(1000):
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        found += 1
except OSError:
    pass
""")

    assert 0 < forks < PROCESSES


def test_output_is_capped(process):
    """The first bytes are kept, all others counted."""
    channel = loaded(process)

    channel.ask("call", "look", ["print('x' * 999_999)"], {})
    process.kill()

    assert process.output().kept == b"x" * 1000
    assert process.output().dropped == 999_000


def test_large_arrays_cross(process):
    """Arrays of many frames come and go unchanged."""
    channel = loaded(process, "def double(a):\n    return a * 2\n")
    numbers = np.random.default_rng(0).random((1000, 1000))

    doubled = channel.ask("call", "double", [numbers], {})

    assert np.array_equal(doubled, numbers * 2)
