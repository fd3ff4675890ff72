"""The cost of a change of the reference: `uv run python benchmarks/engine/versions.py BEFORE [ROUNDS]`.

BEFORE is the root of another checkout (`git worktree add BEFORE REV`). Each version works in a process of its
own, on one BLAS thread. In every round both do each piece of work, in turns. The table shows the median of
the ratios of this checkout's processor time to the other's.
"""

import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.timed_process import TimedProcess  # noqa: E402 - the path is set above

ROUNDS = 15
LEAST_SECONDS = 0.2  # of one piece of work in one round


def works():
    """Return every piece of work by its name, on the engine that can be imported here."""
    import convolutions
    import scalars
    import smallest
    from smulgrad.engine import Tensor, Value
    from smulgrad.nn import softmax

    return {
        "moons network": scalars.learning(Value),
        "chain graph of 10,000 nodes": lambda: scalars.chain(10_000).backward(),
        "chain graph of 1,000,000 nodes": lambda: scalars.chain(1_000_000).backward(),
        "wide graph of 100,000 nodes": lambda: scalars.wide(100_000).backward(),
        "wide graph of 1,000,000 nodes": lambda: scalars.wide(1_000_000).backward(),
        "step 784-32-10, batch 32": step((784, 32, 10), 32),
        "step 784-128-10, batch 64": step((784, 128, 10), 64),
        "softmax of 64 x 10": lambda: softmax(Tensor(ones((64, 10)))).backward(),
        "41 operations on 4 x 4": smallest.ours(None),
        "convolution of one channel": convolutions.ours(convolutions.ONE_CHANNEL),
        "convolution of 16 channels": convolutions.ours(convolutions.MANY_CHANNELS),
    }


def ones(shape):
    """Return a float32 array of ones."""
    import numpy as np

    return np.ones(shape, np.float32)


def step(sizes, batch):
    """Return one step of training on drawn images."""
    import numpy as np
    from smulgrad.engine import Tensor
    from smulgrad.nn import MLP, SGD, cross_entropy

    rng = np.random.default_rng(0)
    images = Tensor(rng.random((batch, sizes[0]), np.float32))
    labels = np.eye(sizes[-1], dtype=np.float32)[rng.integers(sizes[-1], size=batch)]
    model = MLP(*sizes)
    for parameter in model.parameters():
        parameter.data = parameter.data.astype(np.float32)
    optimizer = SGD(model.parameters(), 0.1)

    def train():
        optimizer.zero_grad()
        cross_entropy(model(images), labels).backward()
        optimizer.step()

    return train


def serve(root):
    """Answer each name on standard input with the seconds that one run of that work takes."""
    sys.path[:0] = [str(Path(root) / "reference"), str(Path(__file__).parent)]
    known = works()
    for line in sys.stdin:
        work, runs = known[line.rstrip("\n")], 0
        started = time.process_time()
        while (taken := time.process_time() - started) < LEAST_SECONDS:
            work()
            runs += 1
        print(taken / runs, flush=True)


def main():
    """Print the table."""
    before, *given = sys.argv[1:]
    rounds = int(given[0]) if given else ROUNDS
    sys.path[:0] = [str(ROOT / "reference"), str(Path(__file__).parent)]
    print("| work | before | now | ratio |\n|---|---|---|---|")
    with ExitStack() as stack:
        commands = [[sys.executable, __file__, "--serve", root] for root in (before, ROOT)]
        old, new = (stack.enter_context(TimedProcess(command)) for command in commands)
        for name in works():
            pairs = [(old.seconds(name), new.seconds(name)) for _ in range(rounds + 1)][1:]
            then, now = (statistics.median(times) for times in zip(*pairs, strict=True))
            ratio = statistics.median(b / a for a, b in pairs)
            print(f"| {name} | {then * 1e3:.3g} ms | {now * 1e3:.3g} ms | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    serve(sys.argv[2]) if sys.argv[1] == "--serve" else main()
