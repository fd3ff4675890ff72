"""The demo of part 6: watch your network learn to tell two concentric circles apart.

    uv run python tests/cases/demo_mlp.py

The boundary moves in the terminal, also over ssh, and in a window. Without a display, or with
`--headless OUT`, a picture is written instead of the window.
"""

import sys
import time
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import LogLocator

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # where the package `tests` lies

from tests.cases.demos.command import parse_options, told_in_a_line
from tests.cases.demos.learner import Learner
from tests.cases.demos.stage import BLUE, INK, ORANGE, Stage
from tests.cases.demos.terminal import mixed, pictured

POINTS = 200  # on each circle
LEARNING_RATE = 0.5
INNER, OUTER = 0, 1
LOOKS = {INNER: (BLUE, "o", "inner circle"), OUTER: (ORANGE, "^", "outer circle")}
SHADES = LinearSegmentedColormap.from_list("circles", [BLUE, "white", ORANGE])
REACH = 1.55  # the picture shows -REACH..REACH on both axes,
EVEN = 0.5  # the probability on the boundary
GRID = 100  # and asks the network at so many numbers on each
FRAMES = 60  # drawn while it learns
PIXELS = 44  # on each axis of the picture in the terminal, an even number
STILLS = 5  # kept of them


def circles(rng):
    """Return points (n, 2) on two noisy circles around one centre, and the circle of each, (n,)."""
    labels = np.repeat([INNER, OUTER], POINTS)
    angle = rng.uniform(0, 2 * np.pi, labels.size)
    radius = np.where(labels == INNER, 0.5, 1.1) + rng.normal(scale=0.1, size=labels.size)
    return radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), labels


class Scene:
    """The figure: the present boundary between the circles, the loss so far, and earlier stills."""

    def __init__(self, points, labels, steps):
        """Make room for a training of `steps` steps on `points`."""
        self._points, self._labels = points, labels
        self.figure = plt.figure(figsize=(12, 8.2), layout="constrained")
        above, below = self.figure.subfigures(2, 1, height_ratios=[2.3, 1])
        self._boundary, self._curve = above.subplots(1, 2, width_ratios=[1, 1.25])
        self._curve.set(title="Loss", xlabel="step", ylabel="mean cross-entropy", xlim=(0, steps * 1.08))
        self._curve.set_yscale("log")
        self._curve.yaxis.set_minor_locator(LogLocator(subs=(2, 5)))
        self._curve.yaxis.set_major_formatter("{x:g}")
        self._curve.yaxis.set_minor_formatter("{x:g}")
        self._curve.grid(which="both")
        (self._line,) = self._curve.plot([], [], color=BLUE)
        self._end = self._curve.annotate("", (0, 1), xytext=(6, 0), textcoords="offset points", va="center")
        self._stills = list(below.subplots(1, STILLS))
        for axes in self._stills:
            axes.axis("off")

    def draw(self, learner, losses, accuracy):
        """Draw the boundary and the losses as they are now."""
        self._boundary.clear()
        self._draw_boundary(self._boundary, learner, size=24)
        self._boundary.set_title(f"After {len(losses)} steps, {accuracy:.1%} of the points are right")
        self._boundary.legend(loc="upper right", framealpha=0.9)
        self._line.set_data(np.arange(1, len(losses) + 1), losses)
        self._curve.relim()
        self._curve.autoscale_view(scalex=False)
        self._end.set_text(f"{losses[-1]:.2g}")
        self._end.xy = len(losses), losses[-1]

    def keep_still(self, learner, step):
        """Draw the present boundary beside the earlier stills."""
        axes = self._stills.pop(0)
        axes.axis("on")
        self._draw_boundary(axes, learner, size=4)
        axes.set_title(f"step {step}", fontsize="small")

    def _draw_boundary(self, axes, learner, size):
        """Draw how likely the outer circle is in the plane, the line where it is even, and the points."""
        line = np.linspace(-REACH, REACH, GRID)
        plane = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
        outer = learner.probabilities(plane)[:, OUTER].reshape(GRID, GRID)
        ends = (-REACH, REACH, -REACH, REACH)
        axes.imshow(
            outer, SHADES, alpha=0.5, vmin=0, vmax=1, origin="lower", extent=ends, interpolation="bilinear"
        )
        if outer.min() < EVEN < outer.max():
            axes.contour(line, line, outer, levels=[EVEN], colors=INK, linewidths=1.4)
        for circle, (colour, marker, name) in LOOKS.items():
            x, y = self._points[self._labels == circle].T
            axes.scatter(
                x, y, size, colour, marker=marker, label=name, edgecolors="white", linewidths=size / 60
            )
        axes.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), xticks=[], yticks=[], aspect="equal")


def in_terminal(training):
    """Return the plane as text: how likely the outer circle is, and the points, darker."""
    line = np.linspace(-REACH, REACH, PIXELS)
    plane = np.stack(np.meshgrid(line, line[::-1]), axis=-1).reshape(-1, 2)
    outer = training.learner.probabilities(plane)[:, OUTER].reshape(PIXELS, PIXELS)
    colours = mixed(outer, BLUE, "#ffffff", ORANGE)
    columns, rows = ((training.points + REACH) / (2 * REACH) * (PIXELS - 1)).round().astype(int).T
    shown = (columns >= 0) & (columns < PIXELS) & (rows >= 0) & (rows < PIXELS)
    points = mixed(training.labels[shown] == OUTER, BLUE, INK, ORANGE)
    colours[PIXELS - 1 - rows[shown], columns[shown]] = points * 2 // 3
    return pictured(colours)


class Training:
    """A learner on its way through the steps, with the loss of each."""

    def __init__(self, learner, points, labels):
        """Train `learner` on all points in every step."""
        self.learner = learner
        self.losses = []
        self.points, self.labels = points, labels
        self._targets = np.eye(2)[labels]

    @property
    def accuracy(self):
        """The share of the points on whose circle the learner bets."""
        return float((self.learner.probabilities(self.points).argmax(axis=1) == self.labels).mean())

    def step(self):
        """Take one step."""
        self.losses.append(self.learner.step(self.points, self._targets, LEARNING_RATE))


def play(training, scene, stage, steps):
    """Train for so many steps while the scene shows it."""
    moves = stage.is_live or stage.is_terminal
    frames = {steps, *np.linspace(1, steps, FRAMES).astype(int)} if moves else {steps}
    stills = set(np.geomspace(1, steps, STILLS).round().astype(int))
    with stage.progress() as bar:
        task = bar.add_task("Training", total=steps, state="")
        for step in range(1, steps + 1):
            training.step()
            if step in stills:
                scene.keep_still(training.learner, step)
            if step in frames and (stage.is_live or step == steps):
                scene.draw(training.learner, training.losses, training.accuracy)
                stage.redraw(scene.figure)
            if step in frames and stage.is_terminal:
                bar.picture = in_terminal(training)
            bar.update(task, advance=1, state=f"loss {training.losses[-1]:.4f}")


def main():
    """Train, show it, and tell how it went."""
    options = parse_options("Watch a network learn to tell two circles apart.", steps=400, hidden=16)
    stage = Stage(options.headless)
    points, labels = circles(np.random.default_rng(0))
    with told_in_a_line():
        training = Training(Learner(options.submission, 2, options.hidden, 2), points, labels)
        scene, started = Scene(points, labels, options.steps), time.perf_counter()
        play(training, scene, stage, options.steps)
        stage.finish(scene.figure, "demo_mlp")
    facts = {
        "network": f"2 -> {options.hidden} -> 2, {training.learner.size} numbers to learn",
        "loss": f"{training.losses[0]:.4f} -> {training.losses[-1]:.4f} in {options.steps} steps",
        "accuracy": f"{training.accuracy:.1%} of {len(labels)} points",
        "time": f"{time.perf_counter() - started:.1f} s, drawing included",
    }
    stage.summarize("Your engine trained a network", facts)


if __name__ == "__main__":
    main()
