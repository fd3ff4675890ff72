"""The inside of the jail and of bwrap; nothing of a submission survives its end."""

import os
import signal
import subprocess
import sys
import textwrap
from contextlib import closing, suppress

import pytest

from grader.boundary.channel import Channel
from grader.boundary.errors import Died, TimedOut
from grader.boundary.interface import Interface
from grader.boundary.remote_adapters import RemoteAdapters
from grader.core.scoring import Outcome
from grader.sandbox.bwrap import BWRAP
from grader.sandbox.forking import JAIL, ForkingRunner
from grader.sandbox.runner import MEBI, Allowance
from grader.suite.messages import SuiteJob
from grader.suite.run import SuiteProcess
from grader.suite.start import StartedSuite
from tests.assignment.samples import ROOT, load_sample
from tests.grader.support.processes import are_over, descendants, is_running

KINDS = pytest.mark.parametrize("kind", [JAIL, BWRAP], ids=lambda kind: kind.name)
SECONDS = 20.0
EVALUATOR = """
import os, socket, sys, threading
import numpy as np

def tried(code):
    '''Return what a piece of code gives, or the name of the error that it raises.'''
    try:
        return repr(eval(code))
    except BaseException as error:
        return type(error).__name__
"""


@pytest.fixture
def opened():
    """Return a function that opens a process of a runner, with adapters; both are ended afterwards."""
    processes = []

    def opened(runner, source=EVALUATOR):
        process = runner.open()
        processes.append(process)
        channel = Channel(process.stream, Interface(adapters=frozenset(["spin"])))
        channel.limit_time(SECONDS)
        channel.load({"tests/adapters.py": source.encode()})
        return process, RemoteAdapters(lambda: channel, channel.interface)

    yield opened
    for process in processes:
        process.kill()


@pytest.fixture(scope="module", params=[JAIL, BWRAP], ids=lambda kind: kind.name)
def runner(request, tmp_path_factory):
    """Return a runner whose processes may read one folder."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "numbers").write_text("1 2 3")
    with closing(request.param(Allowance(memory=1024 * MEBI, folders={"DATA": folder}))) as runner:
        yield runner


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("open('/etc/passwd').read()", {"PermissionError", "FileNotFoundError"}),
        (f"open({str(ROOT / 'rubric.yaml')!r}).read()", {"PermissionError", "FileNotFoundError"}),
        (f"open({str(ROOT / 'reference/smulgrad/engine.py')!r})", {"PermissionError", "FileNotFoundError"}),
        ("os.listdir('/')", {"PermissionError"}),
        ("os.listdir('/proc')", {"PermissionError"}),
        ("open('/proc/self/environ').read()", {"PermissionError"}),
        ("os.open('file', os.O_CREAT | os.O_WRONLY)", {"PermissionError"}),
        ("open('/dev/shm/file', 'w')", {"PermissionError", "FileNotFoundError"}),
        ("__import__('posix').mkdir('folder')", {"PermissionError"}),
        ("os.memfd_create('memory')", {"PermissionError"}),
        ("__import__('mmap').mmap(-1, 10, flags=1) and None", {"None"}),
        ("socket.socket()", {"PermissionError"}),
        ("socket.socketpair()", {"PermissionError"}),
        ("os.fork()", {"PermissionError"}),
        ("os.posix_spawn('/bin/true', ['true'], {})", {"PermissionError"}),
        ("os.execv('/bin/true', ['true'])", {"PermissionError"}),
        ("__import__('multiprocessing').Process(target=print).start()", {"PermissionError"}),
        ("os.kill(os.getppid(), 0)", {"PermissionError"}),
        ("os.kill(-1, 0)", {"PermissionError"}),
        ("os.kill(os.getpid(), 0)", {"None"}),
        ("os.setuid(0)", {"PermissionError"}),
        ("os.sched_setaffinity(0, [0])", {"PermissionError"}),
        ("os.nice(-1)", {"PermissionError", "OSError"}),
        ("__import__('resource').setrlimit(9, (-1, -1))", {"PermissionError", "ValueError"}),
        ("bytearray(2 << 30)", {"MemoryError"}),
        ("__import__('pytest')", {"ModuleNotFoundError"}),
        ("__import__('rich')", {"ModuleNotFoundError"}),
        ("__import__('grader.suite')", {"PermissionError", "ModuleNotFoundError"}),
        ("open(os.environ['DATA'] + '/numbers').read()", {"'1 2 3'"}),
        ("open(os.environ['DATA'] + '/numbers', 'a')", {"PermissionError"}),
        ("threading.Thread(target=len, args=['']).start()", {"None"}),
        ("float(np.linalg.det(np.eye(3)) + np.fft.fft([1.0]).real.sum())", {"2.0"}),
        ("__import__('hashlib').sha256(b'').hexdigest()[:4]", {"'e3b0'"}),
        ("__import__('statistics').mean([1, 2])", {"1.5"}),
    ],
)
def test_it_can_compute_and_nothing_else(runner, opened, code, outcome):
    """To read beyond the interpreter, to write, connect, start or signal processes: refused with an error."""
    _, adapters = opened(runner)

    assert adapters.tried(code) in outcome


def test_it_sees_nothing_of_this_process(runner, opened, monkeypatch):
    """Its environment is a fixed one, and of descriptors it has its stdio and its socket alone."""
    monkeypatch.setenv("GRADER_SECRET", "s3cret")
    source = """
import os

def names():
    return sorted(os.environ)

def descriptors():
    return [number for number in range(256) if is_open(number)]

def is_open(number):
    try:
        return bool(os.fstat(number))
    except OSError:
        return False
"""
    _, adapters = opened(runner, source)

    names = set(adapters.names()) - {"PWD"}  # bubblewrap's own
    assert names == {
        *("DATA", "HOME", "LANG", "PATH", "PYTHONHASHSEED", "PYTHONUNBUFFERED"),
        *("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "MALLOC_ARENA_MAX"),
    }
    assert len(adapters.descriptors()) == 4


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user to become")
def test_root_becomes_a_user_that_nobody_else_is(opened):
    """In the jail, a process that root started has a user of its own, and none of root's rights."""
    with closing(JAIL(Allowance())) as runner:
        users = [int(opened(runner)[1].tried("os.getuid()")) for _ in range(2)]

        _, adapters = opened(runner)

        assert len(set(users)) == 2
        assert min(users) > 1_000_000
        assert adapters.tried("os.getgroups()") == "[]"
        assert adapters.tried("os.chroot('/')") == "PermissionError"


def test_what_it_prints_is_captured(runner, opened):
    """Both streams are kept without a flush of the submission's own."""
    process, adapters = opened(runner)

    adapters.tried("print('one') or print('two', file=sys.stderr) or os.write(1, b'three')")
    process.kill()

    assert process.output().kept == b"one\ntwo\nthree"


@KINDS
def test_a_call_that_is_not_allowed_ends_it_when_strict(kind, opened):
    """With `strict`, which tests the list of allowed calls, any other call is the end."""
    with closing(ForkingRunner(kind, Allowance(), strict=True)) as runner:
        process, adapters = opened(runner)
        assert adapters.tried("1 + 1") == "2"

        with pytest.raises(Died):
            adapters.tried("socket.socket()")

        assert process.ending().told == "it was ended by the signal SIGSYS"


@pytest.mark.slow
@KINDS
def test_the_list_of_calls_is_long_enough_for_honest_work(kind):
    """The reference passes every test, MNIST training included, though any other call would be the end."""
    reference = load_sample(ROOT / "tests" / "assignment" / "submissions" / "perfect")
    with closing(SuiteProcess(StartedSuite(ROOT))) as suite:
        allowance = Allowance(folders=suite.folders)
        with closing(ForkingRunner(kind, allowance, strict=True)) as runner:
            outcome = suite.run(SuiteJob(reference.files, seed=3), runner)

    assert [result for result in outcome.results if result.outcome is not Outcome.PASSED] == []


@KINDS
def test_a_lost_zygote_is_replaced(kind, opened):
    """When the zygote is killed, its processes end with it, and the next one comes from another zygote."""
    with closing(kind(Allowance())) as runner:
        _, adapters = opened(runner)
        assert adapters.tried("1 + 1") == "2"
        everything = [runner._zygote._process.pid, *descendants(runner._zygote._process.pid)]  # noqa: SLF001

        for pid in everything[:-1]:  # the last one is the submission's, which nobody kills
            with suppress(ProcessLookupError):  # some end with the one before
                os.kill(pid, signal.SIGKILL)

        assert are_over(everything)
        _, adapters = opened(runner)
        assert adapters.tried("2 + 2") == "4"


@KINDS
def test_a_spinning_process_ends_when_its_time_is_up(kind, opened):
    """A submission that never returns, with a thread that never returns either, is ended by `kill`."""
    source = """
import threading

def spin():
    threading.Thread(target=forever).start()
    forever()

def forever():
    while True:
        pass

def ask():
    return 1
"""
    with closing(kind(Allowance())) as runner:
        process, adapters = opened(runner, source)
        running = descendants(os.getpid())
        adapters.spin()
        adapters._connect().limit_time(0.3)  # noqa: SLF001 - as a session does

        with pytest.raises(TimedOut):
            adapters.ask()
        process.kill()

        assert process.ending().told == "it was ended by the signal SIGKILL"
        assert len(descendants(os.getpid())) == len(running) - 1


@KINDS
def test_nothing_survives_a_worker_that_is_killed(kind):
    """After kill -9 of the worker, its zygote and a spinning submission end by themselves."""
    worker = f"""
        import sys, time
        from grader.boundary.channel import Channel
        from grader.boundary.interface import Interface
        from grader.sandbox.runner_choice import candidates
        from grader.sandbox.docker.kind import Docker
        from grader.sandbox.runner import Allowance

        process = candidates({kind.name!r}, Docker())[0](Allowance()).open()
        channel = Channel(process.stream, Interface())
        channel.load({{"tests/adapters.py": b"def spin():\\n while True: pass\\ndef ask(): pass"}})
        channel.tell("call", "spin", [], {{}})
        channel._send()
        print("ready", flush=True)
        time.sleep(60)
    """
    command = [sys.executable, "-c", textwrap.dedent(worker)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout.readline() == b"ready\n"
        below = descendants(process.pid)
        assert len(below) >= 2
        assert all(map(is_running, below))

        process.kill()

        assert are_over(below)
