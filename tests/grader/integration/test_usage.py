"""The time that a student process has used, as each runner tells it."""

import os
import time

import pytest

from grader.boundary.channel import Channel
from grader.boundary.interface import Interface
from grader.probe import check_runner
from grader.sandbox.docker.kind import Docker
from grader.sandbox.docker.options import GVISOR, DockerOptions
from grader.sandbox.runner import MEBI, Allowance
from grader.sandbox.runner_choice import every_runner

SECONDS = 60.0
ADAPTERS = """
import sys
import threading
import time

def compute(seconds):
    began = time.thread_time()
    while time.thread_time() - began < seconds:
        pass

def compute_in_threads(seconds, number):
    threads = [threading.Thread(target=compute, args=(seconds,)) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

def sleep(seconds):
    time.sleep(seconds)

def echo(value):
    return value

def flood(text, times):
    sys.stderr.write(text * times)
"""
KINDS = {kind.name: kind for kind in every_runner(Docker(DockerOptions(pool=0)))}


@pytest.fixture(scope="module", params=[*KINDS, GVISOR])
def runner(request):
    """Return each runner in turn; gVisor is one more way to run containers."""
    if request.param == GVISOR:
        kind = Docker(DockerOptions(runtime=GVISOR, pool=0))
        if not (finding := check_runner(kind)).is_usable:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(str(finding))
    else:
        kind = KINDS[request.param]
    runner = kind(Allowance(memory=1024 * MEBI, output=1_000))
    yield runner
    runner.close()


@pytest.fixture
def process(runner):
    """Return a student process of its own."""
    process = runner.open()
    yield process
    process.kill()


@pytest.fixture
def call(process):
    """Return a function that calls one of ADAPTERS in the process."""
    channel = Channel(process.stream, Interface())
    channel.limit_time(SECONDS)
    channel.load({"tests/adapters.py": ADAPTERS.encode()})
    return lambda name, *arguments: channel.ask("call", name, list(arguments), {})


def used_by(process, act):
    """Do something; return the processor time and the wait that the process adds meanwhile."""
    before = process.usage()
    act()
    after = process.usage()
    waited = None if before.waited is None else after.waited - before.waited
    return after.processor - before.processor, waited


def test_the_processor_time_is_that_of_all_threads(process, call):
    """A computation counts with its threads, though they have ended before anybody looks."""
    alone, _ = used_by(process, lambda: call("compute", 0.5))
    together, _ = used_by(process, lambda: call("compute_in_threads", 0.1, 4))

    assert 0.45 < alone < 0.75
    assert 0.35 < together < 0.65


def test_a_sleep_uses_nothing(process, call):
    """While a process sleeps, it uses no processor and waits for none."""
    processor, waited = used_by(process, lambda: call("sleep", 0.5))

    assert processor < 0.1
    assert waited is None or waited < 0.3


def test_the_wait_for_a_processor_is_counted(runner, process, call, load):
    """On a busy host, the time that passes is the sum of used and waited time."""
    if process.usage().waited is None:
        pytest.skip(f"the kernel below {runner.kind.name} does not tell")
    load(4)
    began = time.monotonic()

    processor, waited = used_by(process, lambda: call("compute", 0.4))

    passed = time.monotonic() - began
    assert passed > 1.0
    assert waited > 0.5 * (passed - processor)
    assert waited <= passed


def test_the_process_that_has_ended_keeps_its_usage(process, call):
    """Who looks too late gets the last that is known."""
    call("compute", 0.2)
    known = process.usage()
    process.stream.shutdown(2)
    process.ending()

    assert process.usage().processor >= known.processor
