"""The reference engine beside its peers: `uv run --with micrograd --with autograd python benchmarks/engine`.

Peers are micrograd, HIPS autograd and PyTorch; one that this interpreter cannot import is named and left out.
PyTorch is none of uv's business here: where it is installed, run `python benchmarks/engine` with that
interpreter. Ours and a peer run in turns, a step each, on one BLAS thread; ratios are medians.
"""

import importlib
import math
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
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
from measure import is_there, ratio  # noqa: E402

PEERS = ("micrograd", "autograd", "torch")
PAIRS = 400  # of short work
LONGER = 60
SEEDS = range(3)
ONE_MOMENT = 1 << 24  # bytes


@dataclass(frozen=True)
class Row:
    """A figure to reach: at most `target`, or at least that where a `higher` one is better."""

    work: str
    against: str
    target: float
    measure: Callable[[], float]
    higher: bool = False

    def __str__(self) -> str:
        """Return the row as it is measured now, or why it cannot be."""
        start = f"| {self.work} | {self.against} | {'>=' if self.higher else '<='} {self.target:g} |"
        if self.against in PEERS and not is_there(self.against):
            return f"{start} - | {self.against} is not installed |"
        found = self.measure()
        reached = found >= self.target if self.higher else found <= self.target
        return f"{start} {found:.3g} | {'reached' if reached else '**missed**'} |"


def main() -> None:
    """Print the table."""
    np.ones(ONE_MOMENT // 8)  # a large array come and gone: from now on the C library keeps what is freed
    absent = [peer for peer in PEERS if not is_there(peer)]
    print(
        f"Python {platform.python_version()}, numpy {np.__version__}; absent: {', '.join(absent) or 'none'}\n"
    )
    print("| work | against | to reach | found | |\n|---|---|---|---|---|")
    for row in (*of_values(), *of_tensors(), *of_training(), *beside_torch()):
        print(row, flush=True)


def of_values():
    """Yield the rows of scalars."""
    for collector, target in ((True, 12), (False, 4)):
        yield Row(
            f"moons network, times as fast, collector {'on' if collector else 'off'}",
            "micrograd",
            target,
            partial(scalars.speedup_over_micrograd, collector=collector),
            higher=True,
        )
    for make in (scalars.chain, scalars.wide):
        for nodes in (10**4, 10**5, 10**6):
            work = f"{make.__name__} graph of {nodes:,} nodes, microseconds a node"
            yield Row(work, "it works", math.inf, partial(scalars.microseconds_per_node, make, nodes))
    yield Row("bytes a node", "", 130, scalars.bytes_per_node)
    yield Row("objects that only the collector frees", "", 0, scalars.cyclic_garbage)


def of_tensors():
    """Yield the rows of arrays that need no PyTorch."""
    step = partial(steps.Problem, 128, 64)
    yield Row("step 784-128-10, batch 64", "numpy by hand", 1.1, compared(steps.ours, steps.by_hand, step))
    yield Row("step 784-128-10, batch 64", "autograd", 0.36, compared(steps.ours, steps.autograds, step))
    general = compared(steps.ours, steps.without_higher_derivatives, step)
    yield Row("step 784-128-10, batch 64", "first derivatives only", 1.1, general)
    check = lambda: ratio(checking.one_by_one(), checking.stacked(), LONGER)  # noqa: E731 - a row's measure
    yield Row("gradient check of 200 weights, times as fast", "one by one", 8, check, higher=True)


def of_training():
    """Yield the seconds of training on MNIST, of the slowest of the seeds."""
    data = digits.load()
    for accuracy, target in ((0.95, 0.3), (0.97, 1.0), (0.98, 3.0)):
        slowest = partial(max_of, partial(digits.seconds_to, accuracy, data))
        yield Row(f"MNIST, seconds of training to {accuracy:.0%}", f"{len(SEEDS)} seeds", target, slowest)


def beside_torch():
    """Yield the rows beside PyTorch; they come last, because what it brings along slows the collector."""
    if is_there("torch"):
        importlib.import_module("torch").set_num_threads(1)
    for hidden, batch, target in ((128, 64, 0.7), (32, 32, 0.42), (512, 64, 0.9)):
        problem = partial(steps.Problem, hidden, batch)
        work = f"step 784-{hidden}-10, batch {batch}"
        yield Row(work, "torch", target, compared(steps.ours, steps.torchs, problem))
        alone = compared(steps.products_alone, steps.torchs, problem)
        yield Row(f"of it, the five matrix products alone: {work}", "torch", math.inf, alone)
    problem = partial(steps.Problem, 128, 64)
    product = compared(steps.our_hessian_product, steps.torchs_hessian_product, problem)
    yield Row("Hessian-vector product, 784-128-10", "torch", 0.85, product)
    yield Row(
        "41 operations on 4 x 4", "torch", 0.45, lambda: ratio(smallest.ours(), smallest.torchs(), PAIRS)
    )
    for shapes, target in ((convolutions.ONE_CHANNEL, 0.45), (convolutions.MANY_CHANNELS, 1.8)):
        work = f"convolution {shapes[0]} by {shapes[1]}"
        yield Row(
            work,
            "torch",
            target,
            compared(convolutions.ours, convolutions.torchs, lambda shapes=shapes: shapes),
        )


def compared(ours, theirs, problem):
    """Return what measures the ratio of two engines' ways to do one problem."""

    def measure():
        work = problem()
        return ratio(ours(work), theirs(work), PAIRS)

    return measure


def max_of(work):
    """Return the largest of what `work` returns for the seeds."""
    return max(work(seed) for seed in SEEDS)


if __name__ == "__main__":
    main()
