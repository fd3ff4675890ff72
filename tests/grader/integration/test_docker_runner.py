"""The docker runner against a real engine: the inside of a container, its end, and leftovers.

The engine and the images are made by `bash .ci/docker`. Where there is no engine these tests are skipped, but
never when CI is set.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from docker.errors import APIError, ImageNotFound

from grader.boundary.channel import Channel
from grader.boundary.errors import Died, Raised, TimedOut
from grader.boundary.interface import Interface
from grader.core.submission import Submission
from grader.pipeline import Grader
from grader.probe.trial import failed_guarantees
from grader.sandbox.docker import data
from grader.sandbox.docker import engine as engine_module
from grader.sandbox.docker.engine import LABEL, connect, remove_leftovers
from grader.sandbox.docker.kind import Docker
from grader.sandbox.docker.options import PROCESSES, DockerOptions
from grader.sandbox.environment import student_environment
from grader.sandbox.runner import MEBI, Allowance, Guarantee, SandboxError
from tests.assignment.samples import FOLDER, ROOT, load_sample

pytestmark = pytest.mark.docker

OPTIONS = Docker(DockerOptions("grader-sandbox", None, 1))
SERVICE = "grader"
SOCKET = "/var/run/docker.sock"
SECONDS = 30.0
LOOK = """
import os, signal, sys, time

def look(code):
    '''Run code in here and return what it found.'''
    scope = {}
    exec(code, scope)
    return scope.get("found")

def spin():
    for number in range(1, signal.NSIG):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    try:
        if os.fork() == 0:
            os.setsid()
    except OSError:  # the jail allows no process
        pass
    while True:
        pass
"""
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


@pytest.fixture(scope="session", autouse=True)
def engine():
    """Return a client of the Docker engine, without which there is nothing to test."""
    try:
        engine = connect()
    except SandboxError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def runner():
    """Return a runner with the usual allowance but little memory."""
    runner = OPTIONS(Allowance(memory=512 * MEBI, output=1000))
    yield runner
    runner.close()


@pytest.fixture
def process(runner):
    """Return a student process of its own for the test."""
    process = runner.open()
    yield process
    process.kill()


@pytest.fixture
def stored(engine, monkeypatch):
    """Return a function that counts the images with data, which have their own name and go with the test."""
    own = f"grader-test-data-{os.getpid()}"
    monkeypatch.setattr(data, "REPOSITORY", own)
    yield lambda: len(engine.images(own, quiet=True))
    for image in engine.images(own, quiet=True):
        assert eventually(lambda image=image: removed(engine, image))


def removed(engine, image):
    """Remove an image; tell whether that could be done, which must wait for the end of its containers."""
    try:
        engine.remove_image(image)
    except ImageNotFound:
        return True
    except APIError:
        return False
    return True


@pytest.fixture(scope="session")
def bare_runner():
    """Return a runner without the jail inside, which shows the container's own protection."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DockerOptions, "is_jailed", False)
        runner = OPTIONS(Allowance(memory=512 * MEBI, output=1000))
    yield runner
    runner.close()


@pytest.fixture
def bare_process(bare_runner):
    """Return a student process of its own, without the jail."""
    process = bare_runner.open()
    yield process
    process.kill()


@pytest.fixture
def look(bare_process):
    """Return a function that runs code in a container without the jail and returns its findings."""
    channel = loaded(bare_process)
    return lambda code: channel.ask("call", "look", [code], {})


def loaded(process, source=LOOK):
    """Return the channel to a process that has imported `source` as its adapters."""
    channel = Channel(process.stream, Interface())
    channel.limit_time(SECONDS)
    channel.load({"tests/adapters.py": source.encode()})
    return channel


def exists(engine, container):
    """Tell whether the engine knows a container, in any state."""
    return bool(engine.containers(all=True, filters={"id": container}))


def eventually(claim):
    """Wait for `claim` to become true; tell whether it did."""
    end = time.monotonic() + SECONDS
    while not claim() and time.monotonic() < end:
        time.sleep(0.05)
    return claim()


# What is inside


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


# Limits


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


# The end


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


# Data, the pool, errors


@pytest.mark.usefixtures("stored")
def test_a_folder_is_readable_inside(tmp_path):
    """Files of an allowed folder are where its variable says, at any depth, and cannot be changed."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "numbers.txt").write_text("1 2 3")
    runner = OPTIONS(Allowance(folders={"COURSE_DATA": tmp_path}))
    channel = loaded(runner.open())
    place = "import os; place = os.environ['COURSE_DATA'] + '/deep/numbers.txt'"

    found = channel.ask("call", "look", [f"{place}; found = open(place).read()"], {})

    assert found == "1 2 3"
    with pytest.raises(Raised, match=r"OSError|PermissionError"):
        channel.ask("call", "look", [f"{place}; os.chmod(place, 0o666)"], {})
    runner.close()


def test_a_folder_is_stored_once_per_content(stored, tmp_path):
    """A second runner finds the image that the first one made; other contents are another image."""
    (tmp_path / "numbers.txt").write_text(f"made at {time.time()}")
    allowance = Allowance(folders={"COURSE_DATA": tmp_path})
    before = stored()

    for _ in range(2):
        Docker(DockerOptions("grader-sandbox", None, 0))(allowance).close()
    once = stored()
    (tmp_path / "numbers.txt").write_text(f"changed at {time.time()}")
    Docker(DockerOptions("grader-sandbox", None, 0))(allowance).close()

    assert (once - before, stored() - once) == (1, 1)


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


def test_a_missing_image_says_how_to_build_it():
    """The message names the image and the command."""
    with pytest.raises(SandboxError, match=r"no image no-such-image; .*docker build --target sandbox"):
        Docker(DockerOptions("no-such-image", None, 0))(Allowance())


def test_an_engine_that_does_not_answer_is_told():
    """The message says that it is the engine, and nothing is graded elsewhere instead."""
    done = subprocess.run(
        [sys.executable, "-m", "grader", "grade", "reference", "--runner", "docker", "--without-bonus"],
        env={**os.environ, "DOCKER_HOST": "unix:///nowhere/docker.sock"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "no Docker engine answers" in done.stderr


def test_an_unknown_runtime_is_told():
    """The engine's own words are in the message."""
    runner = Docker(DockerOptions("grader-sandbox", "no-such-runtime", 0))(Allowance())

    with pytest.raises(SandboxError, match="no-such-runtime"):
        runner.open()

    runner.close()


# The whole way


@pytest.mark.parametrize("sample", ["perfect", "crashes", "prints_a_flood"])
def test_a_sample_gets_its_points(sample):
    """Submissions in containers get their exact points; a process that ends is replaced."""
    sample = load_sample(FOLDER / sample)

    with closing(Grader(ROOT, [OPTIONS], with_bonus=False)) as grader:
        report = grader.grade(Submission("sample", sample.files), seed=1)

    assert report.runner == "docker"
    assert report.score.score == sample.score


def test_a_worker_in_a_container_needs_only_the_engines_socket():
    """The service's image grades the reference with nothing of this machine but the socket."""
    command = [
        "docker",
        "run",
        "--rm",
        "--network",
        "none",
        "--user",
        "0",
        "--volume",
        f"{SOCKET}:{SOCKET}",
        SERVICE,
    ]

    done = subprocess.run(
        [*command, "grade", "reference", "--runner", "docker", "--without-bonus"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "104 / 104" in done.stdout
