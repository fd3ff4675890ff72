"""The demo of the MNIST bonus: watch your network learn to read handwritten digits.

    uv run python tests/cases/demo_mnist.py

Without a display, or with `--headless OUT`, it writes pictures instead of opening windows.
"""

import os
import sys
import time
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # on batches this small, threads only wait for each other

import numpy as np
from matplotlib import pyplot as plt

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # where the package `tests` lies

from tests.cases.demos.command import parse_options, told_in_a_line
from tests.cases.demos.learner import Learner
from tests.cases.demos.stage import BLUE, GREEN, GREY, INK, ORANGE, RED, Stage
from tests.mnist_utils import load_mnist, mini_batch_iterator

LEARNING_RATE = 0.2
BATCH = 64
LOOKS_PER_EPOCH = 5  # how often accuracy is measured: on all test digits, so that the last one is the result
SAMPLE = 2_000  # training digits on which it is measured too
SMOOTHED = 40  # steps over which the drawn loss is averaged
DIGITS = 10
PIXELS = (28, 28)
SHOWN = 12  # right ones, and wrong ones: each digit once, if there is one


class Digits:
    """Images as rows of pixels (n, 784), one-hot targets (n, 10), and the digits that they show (n,)."""

    def __init__(self, images, targets):
        """Hold arrays as load_mnist gives them."""
        self.images, self.targets = images, targets
        self.labels = targets.argmax(axis=1)

    def first(self, count):
        """Return the first `count` of them."""
        return Digits(self.images[:count], self.targets[:count])


class Training:
    """A learner in training: the loss of every step, and its accuracy now and then.

    The last accuracy on the test digits is the result, which every figure and the summary tell.
    """

    def __init__(self, learner, train, test):
        """Measure the accuracy of `learner` on the first training digits, and on all test digits."""
        self._learner = learner
        self._measured = train.first(SAMPLE), test
        self.losses = []
        self.accuracies = []  # (step, on training digits, on test digits)

    def step(self, images, targets):
        """Take one step."""
        self.losses.append(self._learner.step(images, targets, LEARNING_RATE))

    def measure(self):
        """Record the present accuracy."""
        self.accuracies.append(
            (len(self.losses), *(accuracy(self._learner, some) for some in self._measured))
        )

    @property
    def loss(self):
        """The mean of the last losses."""
        return np.mean(self.losses[-SMOOTHED:])

    @property
    def accuracy(self):
        """The last accuracy on the test digits, as text."""
        return f"{self.accuracies[-1][-1]:.2%}"

    def __str__(self):
        """Tell loss and accuracy as they are."""
        loss = f"loss {self.loss:.3f}"
        return f"{loss}  test accuracy {self.accuracy}" if self.accuracies else loss


def accuracy(learner, digits):
    """Return the share of digits that the learner reads right."""
    return float((learner.probabilities(digits.images).argmax(axis=1) == digits.labels).mean())


def most_even(labels, order, count):
    """Return `count` of the places in `order`, sorted by their labels.

    They are the first place of each label, then the second ones, so that every label is shown.
    """
    turns = np.array([np.sum(labels[order[:place]] == labels[i]) for place, i in enumerate(order)], int)
    chosen = order[np.argsort(turns, kind="stable")][:count]
    return chosen[np.argsort(labels[chosen], kind="stable")]


def draw_digit(axes, image, title="", colour=GREY):
    """Draw one image, dark on light, below its title, in a thin frame of `colour`."""
    axes.imshow(image.reshape(PIXELS), cmap="gray_r", vmin=0, vmax=1)
    axes.set(xticks=[], yticks=[])
    axes.set_title(title, color=INK, fontsize="medium", fontweight="normal", loc="center")
    for spine in axes.spines.values():
        spine.set(visible=True, color=colour, linewidth=1)


def sample_figure(train):
    """Return a figure of training digits: a column for each digit, by different hands."""
    rows = 4
    figure, grid = plt.subplots(rows, DIGITS, figsize=(10, 4.6), layout="constrained")
    figure.suptitle(f"What it learns from: {len(train.labels):,} digits by different hands")
    for digit, column in enumerate(grid.T):
        images = train.images[train.labels == digit][:rows]
        for axes, image in zip(column, images, strict=False):
            draw_digit(axes, image)
        column[0].set_title(digit, loc="center", fontweight="normal")
    return figure


class Curves:
    """The figure of a training: its loss, and its accuracy on training and on test digits."""

    def __init__(self, steps, epochs):
        """Make room for so many steps, which are so many epochs."""
        self._per_epoch = steps / epochs
        self.figure, (self._loss, self._accuracy) = plt.subplots(
            1, 2, figsize=(12, 4.6), layout="constrained"
        )
        self._loss.set(title="Loss", ylabel="mean cross-entropy", xlabel="epoch", xlim=(0, epochs))
        self._accuracy.set(title="Accuracy", xlabel="epoch", xlim=(0, 1.2 * epochs))
        self._accuracy.set_xticks(range(epochs + 1))
        self._accuracy.yaxis.set_major_formatter("{x:.0%}")
        for axes in (self._loss, self._accuracy):
            axes.grid(visible=True)

    def draw(self, training):
        """Draw the measurements so far."""
        for drawn in (*self._loss.lines, *self._accuracy.lines, *self._accuracy.texts):
            drawn.remove()
        losses = np.array(training.losses)
        epochs = np.arange(1, len(losses) + 1) / self._per_epoch
        width = min(SMOOTHED, len(losses))
        smooth = np.convolve(losses, np.ones(width) / width, mode="valid")
        self._loss.plot(epochs, losses, color=BLUE, alpha=0.2, linewidth=0.8, label="each batch")
        self._loss.plot(epochs[width - 1 :], smooth, color=BLUE, label=f"mean of {width} batches")
        self._loss.set_ylim(0, 1.1 * smooth.max())
        self._loss.legend(loc="upper right")
        self._draw_accuracies(training)

    def _draw_accuracies(self, training):
        steps, train, test = np.array(training.accuracies).T
        epochs = steps / self._per_epoch
        self._accuracy.plot(epochs, train, color=GREY, linestyle="--", label="training digits")
        self._accuracy.plot(epochs, test, color=ORANGE, marker=".", label="test digits")
        end, beside = (
            (epochs[-1], test[-1]),
            {"xytext": (8, 0), "textcoords": "offset points", "va": "center"},
        )
        self._accuracy.annotate(training.accuracy, end, color=ORANGE, **beside)
        self._accuracy.legend(loc="lower right")


def play(training, digits, curves, stage, epochs):
    """Train on all digits for so many epochs while the curves grow."""
    steps = steps_of(digits)
    looks = set(np.linspace(0, steps, LOOKS_PER_EPOCH + 1).round().astype(int))
    with stage.progress() as bar:
        for epoch in range(1, epochs + 1):
            task = bar.add_task(f"Epoch {epoch} of {epochs}", total=steps, state="")
            batches = mini_batch_iterator(digits.images, digits.targets, BATCH)
            for step, batch in enumerate(batches, start=1):
                training.step(*batch)
                if step in looks:
                    training.measure()
                    curves.draw(training)
                    stage.redraw(curves.figure)
                bar.update(task, advance=1, state=str(training))


def steps_of(digits):
    """Return the number of batches in an epoch; the last one may be smaller."""
    return -(-len(digits.labels) // BATCH)


def prediction_figure(digits, probabilities):
    """Return a figure of test digits, each above the probabilities that the network gives."""
    figure, grid = plt.subplots(4, 8, figsize=(12, 7), layout="constrained", height_ratios=[2, 1, 2, 1])
    figure.suptitle("What it says of test digits that it has never seen")
    images, bars = grid[::2].ravel(), grid[1::2].ravel()
    shown = most_even(digits.labels, np.arange(min(SAMPLE, len(digits.labels))), len(images))
    for i, picture, chart in zip(shown, images, bars, strict=False):
        answer, label = probabilities[i].argmax(), digits.labels[i]
        draw_digit(picture, digits.images[i], *verdict(answer, label))
        colours = [GREY] * DIGITS
        colours[label] = GREEN
        if answer != label:
            colours[answer] = RED
        chart.bar(range(DIGITS), probabilities[i], color=colours)
        chart.set(ylim=(0, 1), yticks=[], xticks=range(DIGITS))
        chart.tick_params(length=0, labelsize="x-small")
    return figure


def verdict(answer, label):
    """Return the label of a digit by the network, and the colour for right or wrong."""
    return (f"{answer}", GREEN) if answer == label else (f"says {answer}, is {label}", RED)


def comparison_figure(digits, probabilities, accuracy):
    """Return a figure of right and wrong readings, the surest of each digit, and of the confusions."""
    answers, surest = probabilities.argmax(axis=1), probabilities.max(axis=1)
    is_right = answers == digits.labels
    figure = plt.figure(figsize=(13, 7.2), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=[1.25, 1])
    above, below = left.subfigures(2, 1)
    for part, chosen, word in ((above, is_right, f"right: {accuracy}"), (below, ~is_right, "wrong")):
        part.suptitle(f"{chosen.sum():,} {word}. Of each digit, the surest:", x=0.02, ha="left")
        order = np.flatnonzero(chosen)[np.argsort(-surest[chosen])]
        draw_surest(part.subplots(2, 6), digits, answers, surest, most_even(digits.labels, order, SHOWN))
    draw_confusion(right.subplots(), digits.labels, answers)
    return figure


def draw_surest(grid, digits, answers, surest, shown):
    """Draw the digits `shown`, each with the answer of the network and how sure it is."""
    for axes in grid.flat[len(shown) :]:
        axes.axis("off")
    for axes, i in zip(grid.flat, shown, strict=False):
        draw_digit(axes, digits.images[i], *verdict(answers[i], digits.labels[i]))
        axes.set_xlabel(f"{surest[i]:.1%} sure", fontsize="small")


def draw_confusion(axes, labels, answers):
    """Draw how many of each digit are taken for which other one."""
    counts = np.zeros((DIGITS, DIGITS), int)
    np.add.at(counts, (labels, answers), 1)
    mistakes = counts * ~np.eye(DIGITS, dtype=bool)
    axes.imshow(mistakes, cmap="Reds", vmax=max(1, mistakes.max() * 1.4))
    for (label, answer), count in np.ndenumerate(counts):
        if count:
            colour = GREEN if label == answer else INK
            axes.text(answer, label, count, color=colour, ha="center", va="center", fontsize="small")
    axes.set(title="What it takes for what", xlabel="it says", ylabel="it is")
    axes.set(xticks=range(DIGITS), yticks=range(DIGITS))
    axes.tick_params(length=0)


def main():
    """Train, show it, and tell how it went."""
    options = parse_options("Watch a network read digits.", epochs=3, hidden=64, images=60_000)
    stage = Stage(options.headless)
    with told_in_a_line():
        learner = Learner(options.submission, np.prod(PIXELS), options.hidden, DIGITS)
        arrays = load_mnist()
        digits, test = Digits(*arrays[:2]).first(options.images), Digits(*arrays[2:])
        stage.finish(sample_figure(digits), "demo_mnist_digits")
        training = Training(learner, digits, test)
        curves = Curves(steps_of(digits) * options.epochs, options.epochs)
        started = time.perf_counter()
        play(training, digits, curves, stage, options.epochs)
        seconds = time.perf_counter() - started
        stage.finish(curves.figure, "demo_mnist_training")
        probabilities = learner.probabilities(test.images)
    stage.finish(prediction_figure(test, probabilities), "demo_mnist_predictions")
    compared = comparison_figure(test, probabilities, training.accuracy)
    stage.finish(compared, "demo_mnist_right_and_wrong")
    facts = {
        "network": f"784 -> {options.hidden} -> 10, {learner.size:,} numbers to learn",
        "loss": f"{training.losses[0]:.4f} -> {training.loss:.4f}",
        "accuracy": f"{training.accuracy} of {len(test.labels):,} test digits",
        "time": f"{seconds:.1f} s for {len(training.losses):,} steps",
    }
    stage.summarize("Your engine learned to read", facts)


if __name__ == "__main__":
    main()
