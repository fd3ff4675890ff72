"""Loops that tests and benchmarks run beside them end with their maker, however that ends."""

import subprocess
import sys

import pytest

from tests.assignment.samples import ROOT
from tests.grader.support.processes import are_over, descendants

MAKER = """
import time
from tests.grader.support.load import busy_loops
with busy_loops(2):
    print("busy", flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux ends a process with its parent")
def test_loops_end_with_their_maker():
    """A benchmark that is killed leaves nothing behind that would slow the next one."""
    with subprocess.Popen([sys.executable, "-c", MAKER], cwd=ROOT, stdout=subprocess.PIPE) as maker:
        assert maker.stdout.readline() == b"busy\n"
        loops = descendants(maker.pid)

        maker.kill()

        assert len(loops) == 2
        assert are_over(loops)
