"""A small convolutional network learns MNIST with the reference engine: `uv run python benchmarks/cnn.py`.

Two convolutions with stride 2 and a linear layer, 9,226 numbers, trained by Adam. It prints the accuracy on
all 10,000 test digits ten times an epoch and draws the curve, docs/measurements/cnn.svg.
"""

import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "reference")]
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # on batches this small, threads only wait for each other

import numpy as np  # noqa: E402 - the threads are set above
from matplotlib import pyplot as plt  # noqa: E402
from smulgrad.adam import Adam  # noqa: E402
from smulgrad.conv import conv2d  # noqa: E402
from smulgrad.engine import Tensor  # noqa: E402
from smulgrad.nn import cross_entropy  # noqa: E402

from tests.mnist_utils import compute_accuracy, load_mnist, mini_batch_iterator  # noqa: E402

EPOCHS = 3
BATCH = 64
LEARNING_RATE = 3e-3
LOOKS_PER_EPOCH = 10
SHAPES = ((8, 1, 5, 5), (16, 8, 3, 3), (16 * 7 * 7, 10))  # of the weights


class Network:
    """Images (batch, 784) to scores (batch, 10); a bias beside each weight."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Draw the weights at random, in float32."""
        inputs = [np.prod(shape[1:]) if len(shape) > 2 else shape[0] for shape in SHAPES]  # noqa: PLR2004 - axes
        self.weights = [
            Tensor(rng.normal(0, np.sqrt(2 / n), shape).astype(np.float32))
            for n, shape in zip(inputs, SHAPES, strict=True)
        ]
        self.biases = [
            Tensor(np.zeros(shape[0] if len(shape) > 2 else shape[1], np.float32))  # noqa: PLR2004 - axes
            for shape in SHAPES
        ]

    def parameters(self) -> list[Tensor]:
        """Return all weights and biases."""
        return self.weights + self.biases

    def __call__(self, images: np.ndarray) -> Tensor:
        """Return the scores."""
        (w1, w2, w3), (b1, b2, b3) = self.weights, self.biases
        x = images.reshape(-1, 1, 28, 28)
        x = conv2d(x, w1, b1, stride=2, padding=2).relu()  # (batch, 8, 14, 14)
        x = conv2d(x, w2, b2, stride=2, padding=1).relu()  # (batch, 16, 7, 7)
        return x.reshape(len(images), -1) @ w3 + b3


def main() -> None:
    """Train, and draw how it went."""
    np.random.seed(0)  # noqa: NPY002 - the batches are drawn from numpy's own generator, as students' are
    train_x, train_y, test_x, test_y = load_mnist()
    network = Network(np.random.default_rng(0))
    optimizer = Adam(network.parameters(), LEARNING_RATE)
    steps = EPOCHS * len(train_x) // BATCH
    curve, spent, step = [], 0.0, 0
    started = time.process_time()
    for _ in range(EPOCHS):
        for images, targets in mini_batch_iterator(train_x, train_y, BATCH):
            optimizer.lr = LEARNING_RATE * (1 - step / steps)
            optimizer.zero_grad()
            loss = cross_entropy(network(images), targets)
            loss.backward()
            optimizer.step()
            step += 1
            if step % (steps // (EPOCHS * LOOKS_PER_EPOCH)) == 0:
                spent += time.process_time() - started
                curve.append((step * BATCH / len(train_x), accuracy(network, test_x, test_y)))
                print(f"epoch {curve[-1][0]:.1f}  {spent:5.1f} s  accuracy {curve[-1][1]:.2%}", flush=True)
                started = time.process_time()
    draw(curve)


def accuracy(network: Network, images: np.ndarray, targets: np.ndarray) -> float:
    """Return the share of images that are read right, a thousand at a time."""
    parts = np.split(np.arange(len(images)), len(images) // 1000)
    return float(np.mean([compute_accuracy(network(images[part]).data, targets[part]) for part in parts]))


def draw(curve: list[tuple[float, float]]) -> None:
    """Draw the accuracy over the epochs, with a line at 98 %."""
    figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
    epochs, accuracies = zip(*curve, strict=True)
    axes.plot(epochs, [100 * a for a in accuracies], marker=".")
    axes.axhline(98, color="grey", linewidth=0.8, linestyle="--")
    axes.set(xlabel="epochs", ylabel="test accuracy, %", ylim=(94, 100))
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(ROOT / "docs" / "measurements" / "cnn.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
