"""A suite of three tests in a folder of its own, for submissions and hosts that do not behave."""

import contextlib
import threading
import time
from pathlib import Path

from grader.suite.messages import SuiteJob
from grader.suite.run import SuiteProcess, ignore
from grader.suite.start import StartedSuite
from tests.grader.support.processes import descendants

CONFTEST = """
import numpy as np
import pytest

def pytest_addoption(parser):
    parser.addoption("--seed", type=int, default=0)

@pytest.fixture
def rng(request):
    return np.random.default_rng(request.config.getoption("--seed"))
"""
CASES = """
from tests import adapters

class TestFirst:
    def test_one(self):
        '''One is asked for.'''
        assert adapters.one() == 1

    def test_two(self):
        '''Two is asked for.'''
        assert adapters.two() == 2

class TestSecond:
    def test_three(self):
        '''Three is asked for.'''
        assert adapters.three() == 3
"""
RIGHT = "def one():\n    return 1\n\ndef two():\n    return 2\n\ndef three():\n    return 3\n"
SLOW = f"import time\n{RIGHT}\ndef two():\n    time.sleep(2)\n    return 2\n"
IN_ORDER = 2  # a seed that draws the suite's own order
LIMITS = {"test_seconds": 30, "run_seconds": 120, "memory_mebibytes": 1024, "output_kibibytes": 1}


def write_suite(root, cases=CASES, more="", **limits):
    """Write a suite with these cases, limits and further settings into the folder `root`, and return it."""
    stated = ", ".join(f"{name}: {value}" for name, value in {**LIMITS, **limits}.items())
    for name, text in {
        "rubric.yaml": "suite: cases\n",
        "cases/suite.yaml": f"limits: {{{stated}}}\n{more}\n",
        "cases/conftest.py": CONFTEST,
        "cases/test_cases.py": cases,
        "tests/__init__.py": "",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def add_setting(root, setting):
    """Add a line to the settings of the suite in `root`."""
    with (root / "cases" / "suite.yaml").open("a") as file:
        file.write(f"{setting}\n")


def run_suite(root, runner, source=RIGHT, listen=ignore, seed=IN_ORDER, **options):
    """Return the outcome of the suite in `root` on the adapters `source`, in processes of `runner`."""
    job = SuiteJob({"tests/adapters.py": source.encode()}, seed=seed, **options)
    with contextlib.closing(SuiteProcess(StartedSuite(root))) as suite:
        return suite.run(job, runner, listen)


def student_processes(runner):
    """Return the processes that the zygote of `runner` has forked."""
    below = descendants(runner._zygote._process.pid)  # noqa: SLF001 - nobody else needs to know them
    return [pid for pid in below if not descendants(pid)]


@contextlib.contextmanager
def meanwhile(act):
    """Call `act` again and again beside the code inside; it must not raise."""
    over = threading.Event()

    def repeat():
        while not over.is_set():
            act()
            time.sleep(0.05)

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def resident(pid):
    """Return the bytes of memory that a process holds, 0 if it has ended."""
    return _status(pid, "VmRSS")


def most_resident(pid):
    """Return the most bytes of memory that a process has held so far, 0 if it has ended."""
    return _status(pid, "VmHWM")


def _status(pid, field):
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith(f"{field}:")), 0)
