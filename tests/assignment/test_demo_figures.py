"""The figures of the MNIST demo: every digit is there, no label touches another or the edge, one accuracy."""

import re

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.text import Text

from tests.cases.demo_mnist import (
    SHOWN,
    Curves,
    Digits,
    Training,
    comparison_figure,
    most_even,
    prediction_figure,
    sample_figure,
)
from tests.cases.demos.stage import STYLE

COUNT = 500
MARGIN = 5  # pixels at 100 to an inch


class FixedLearner:
    """A learner that is right about all test digits but every seventh one, and surest of zeros."""

    def probabilities(self, images):
        """Return probabilities of the classes, by the digit in an image's first pixel."""
        labels = np.round(images[:, 0] * 9).astype(int)
        answers = np.where(np.arange(len(labels)) % 7, labels, (labels + 1) % 10)
        found = np.full((len(labels), 10), 0.01)
        found[np.arange(len(labels)), answers] = np.where(labels == 0, 0.91, 0.8)
        return found

    def step(self, _images, _targets, _rate):
        """Return a loss."""
        return 1.0


@pytest.fixture
def digits():
    """Return images that show one digit each, most of them zeros."""
    place = np.arange(COUNT)
    labels = np.where(place < COUNT // 3, place % 10, 0)
    images = np.random.default_rng(0).random((COUNT, 784))
    images[:, 0] = labels / 9
    return Digits(images, np.eye(10)[labels])


@pytest.fixture
def training(digits):
    """Return a training that has measured its accuracy twice."""
    trained = Training(FixedLearner(), digits, digits)
    for _ in range(2):
        trained.step(None, None)
        trained.measure()
    return trained


@pytest.fixture(autouse=True)
def style():
    """Draw without a window, as the demo does, and close the figures."""
    mpl.use("agg")
    with mpl.rc_context(STYLE):
        yield
    plt.close("all")


def figures(digits, training):
    """Return all figures of the demo by name."""
    curves = Curves(2, 1)
    curves.draw(training)
    probabilities = FixedLearner().probabilities(digits.images)
    return {
        "samples": sample_figure(digits),
        "curves": curves.figure,
        "predictions": prediction_figure(digits, probabilities),
        "comparison": comparison_figure(digits, probabilities, training.accuracy),
    }


def boxes_of(figure):
    """Return the words and the box, in pixels, of each text that a figure shows."""
    figure.canvas.draw()
    hidden = {label for axes in figure.findobj(Axes) for label in beyond(axes)}
    texts = [each for each in figure.findobj(Text) if each.get_text().strip() and each not in hidden]
    shown = [each for each in texts if each.get_visible() and (each.axes is None or each.axes.axison)]
    return [(each.get_text(), each.get_window_extent()) for each in shown]


def beyond(axes):
    """Yield the labels of marks beyond the limits of the axes, which are not drawn."""
    for axis in (axes.xaxis, axes.yaxis):
        drawn = axis._update_ticks()  # noqa: SLF001 - no public way tells which labels are drawn
        yield from (tick.label1 for tick in axis.majorTicks if tick not in drawn)


def test_the_most_even_choice_has_every_digit():
    """The first of each digit comes before any second one, and the choice is in the digits' order."""
    labels = np.array([0, 0, 0, 0, 2, 1, 1])

    assert most_even(labels, np.array([3, 2, 1, 0, 6, 4, 5]), 4).tolist() == [3, 2, 6, 4]
    assert most_even(labels, np.array([0, 1]), 4).tolist() == [0, 1]
    assert most_even(labels, np.array([], int), 4).tolist() == []


def test_every_digit_is_among_the_right_ones(digits, training):
    """Of twelve right readings, in a test set of zeros for the most part, each digit is one."""
    axes = figures(digits, training)["comparison"].subfigs[0].subfigs[0].axes

    titles = [each.get_title() for each in axes]

    assert len(titles) == SHOWN
    assert set(titles) == {str(digit) for digit in range(10)}
    assert titles == sorted(titles)


def test_each_wrong_reading_says_both_digits(digits, training):
    """A wrong reading tells the network's digit and the true one."""
    axes = figures(digits, training)["comparison"].subfigs[0].subfigs[1].axes

    titles = [each.get_title() for each in axes]

    assert all(re.fullmatch(r"says \d, is \d", title) for title in titles)
    assert {title[-1] for title in titles} == {str(digit) for digit in range(10)}


@pytest.mark.parametrize("name", ["samples", "curves", "predictions", "comparison"])
def test_no_label_touches_the_edge_or_another(digits, training, name):
    """Each word of a figure has room around it."""
    figure = figures(digits, training)[name]
    boxes = boxes_of(figure)
    edge = figure.bbox

    outside = [
        words
        for words, box in boxes
        if min(box.x0, box.y0, edge.width - box.x1, edge.height - box.y1) < MARGIN
    ]
    touching = [
        (words, other)
        for at, (words, box) in enumerate(boxes)
        for other, beside in boxes[at + 1 :]
        if box.overlaps(beside)
    ]

    assert outside == []
    assert touching == []


def test_one_accuracy_is_told_everywhere(digits, training):
    """Progress, chart and comparison tell the accuracy on all test digits, to the same decimals."""
    right = (FixedLearner().probabilities(digits.images).argmax(axis=1) == digits.labels).mean()
    drawn = figures(digits, training)

    told = {name: " ".join(words for words, _ in boxes_of(figure)) for name, figure in drawn.items()}

    assert training.accuracy == f"{right:.2%}"
    assert training.accuracy in str(training)
    assert training.accuracy in told["curves"]
    assert f"{round(right * COUNT)} right: {training.accuracy}" in told["comparison"]
