"""The reference engine beside its peers: `uv run --with micrograd --with autograd python benchmarks/engine`.

Peers are micrograd, HIPS autograd and PyTorch; one that this interpreter cannot import is named and left out.
PyTorch is no dependency of the project: where it is installed, run `python benchmarks/engine` with that
interpreter (it needs numpy and rich besides). All ways to do one thing run in turns, in one process and on
one BLAS thread; a ratio is the median, over rounds, of our time to the other's. A step in turn finds the
caches as the others left them, twenty in a row are like a long training.
"""

import importlib
import os
import platform
import sys
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "reference")]
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

import checking  # noqa: E402 - the threads are set above
import convolutions  # noqa: E402
import digits  # noqa: E402
import numpy as np  # noqa: E402
import scalars  # noqa: E402
import smallest  # noqa: E402
import steps  # noqa: E402
from measure import is_there, ratios  # noqa: E402

PEERS = ("micrograd", "autograd", "torch")
ROUNDS = 200
AT_A_TIME = (1, 20)
SEEDS = range(3)
LARGE = 1 << 21  # numbers


@dataclass(frozen=True)
class Row:
    """A figure and its goal: at most `target`, or at least that where a `higher` one is better.

    `found` is None where the peer is absent, `target` where a figure only tells how things are.
    """

    work: str
    against: str
    target: float | None
    found: float | None
    higher: bool = False

    def __str__(self) -> str:
        """Return the row of the table."""
        target = "" if self.target is None else f"{'>=' if self.higher else '<='} {self.target:g}"
        found = "not installed" if self.found is None else f"{self.found:.3g}"
        return f"| {self.work} | {self.against} | {target} | {found} | {self.verdict} |"

    @property
    def verdict(self) -> str:
        """Whether the target is reached."""
        if self.target is None or self.found is None:
            return ""
        reached = self.found >= self.target if self.higher else self.found <= self.target
        return "reached" if reached else "**missed**"


def main() -> None:
    """Print the table."""
    np.ones(LARGE)  # come and gone: from now on the C library keeps what is freed, for everyone
    absent = ", ".join(peer for peer in PEERS if not is_there(peer)) or "none"
    print(f"Python {platform.python_version()}, numpy {np.__version__}; absent: {absent}\n")
    print("| work | against | to reach | found | |\n|---|---|---|---|---|")
    for rows in (of_values, of_training, of_steps, of_the_rest):  # Values first: PyTorch slows the collector
        for row in rows():
            print(row, flush=True)


def of_values():
    """Yield the rows of scalars."""
    for collector, target in (("on", 12), ("off", 4)):
        work = f"moons network, times as fast, collector {collector}"
        found = scalars.speedup_over_micrograd(collector=collector == "on") if is_there("micrograd") else None
        yield Row(work, "micrograd", target, found, higher=True)
    for make in (scalars.chain, scalars.wide):
        for nodes in (10**4, 10**5, 10**6):
            work = f"{make.__name__} graph of {nodes:,} nodes, microseconds a node"
            yield Row(work, "", None, scalars.microseconds_per_node(make, nodes))
    yield Row("bytes a node", "", 130, scalars.bytes_per_node())
    yield Row("objects that only the collector frees", "", 0, scalars.cyclic_garbage())


def of_training():
    """Yield the seconds of training on MNIST, of the slowest of the seeds."""
    data = digits.load()
    for accuracy, target in ((0.95, 0.3), (0.97, 1.0), (0.98, 3.0)):
        slowest = max(digits.seconds_to(accuracy, data, seed) for seed in SEEDS)
        yield Row(f"MNIST, seconds of training to {accuracy:.0%}", f"{len(SEEDS)} seeds", target, slowest)


def of_steps():
    """Yield the rows of training steps of three sizes."""
    everyone = {"numpy by hand": 1.1, "first derivatives only": 1.1, "autograd": 0.36, "torch": 0.7}
    for hidden, batch, targets in ((128, 64, everyone), (32, 32, {"torch": 0.42}), (512, 64, {"torch": 0.9})):
        problem = steps.Problem(hidden, batch)
        for at_a_time in AT_A_TIME:
            work = f"step 784-{hidden}-10, batch {batch}, {at_a_time} in turn"
            yield from compared(work, steps.STEPS, problem, targets, at_a_time)


def of_the_rest():
    """Yield the rows of second derivatives, small operations, convolutions and gradient checks."""
    problem = steps.Problem(128, 64)
    yield from compared("Hessian-vector product", steps.HESSIAN_PRODUCTS, problem, {"torch": 0.85})
    yield from compared("41 operations on 4 x 4", smallest.WAYS, None, {"torch": 0.45})
    for shapes, target in ((convolutions.ONE_CHANNEL, 0.45), (convolutions.MANY_CHANNELS, 1.8)):
        work = f"convolution {shapes[0]} by {shapes[1]}"
        yield from compared(work, convolutions.WAYS, shapes, {"torch": target})
    (check,) = compared("gradient check of 200 weights, one by one", checking.WAYS, None, {"stacked": 8})
    yield replace(check, higher=True)


def compared(work, ways, problem, targets, at_a_time=1):
    """Yield a row for each of `targets`: our time, the first of `ways`, as a multiple of that one's."""
    if "torch" in ways and is_there("torch"):
        importlib.import_module("torch").set_num_threads(1)
    present = {name: make(problem) for name, make in ways.items() if name not in PEERS or is_there(name)}
    found = ratios(present, ROUNDS // at_a_time + 10, at_a_time)
    for name, target in targets.items():
        yield Row(work, name, target, found.get(name))


if __name__ == "__main__":
    main()
