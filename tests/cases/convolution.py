"""Convolutions for the cases: drawn images and kernels, and their results in numpy."""

from dataclasses import dataclass

import numpy as np


def between(rng, bounds):
    """Return a drawn whole number within `bounds`."""
    return int(rng.integers(*bounds, endpoint=True))


@dataclass(frozen=True)
class Case:
    """How images and a kernel are drawn, and how the kernel moves.

    Attributes: `batch`, `channels` (of the images) and `kernel` (height, width), each between two bounds;
    `places` (rows, columns: how often the kernel finds room, likewise), `rest` (pixels beyond the last
    place), `stride` and `padding`.
    """

    kernel: tuple
    places: tuple = ((2, 3), (2, 3))
    batch: tuple = (1, 2)
    channels: tuple = (2, 3)
    stride: int = 1
    padding: int = 0
    rest: tuple = (0, 0)

    def draw(self, rng):
        """Return drawn arrays x, weight and bias."""
        batch, channels, rest = (between(rng, each) for each in (self.batch, self.channels, self.rest))
        kernel, places = ([between(rng, side) for side in sides] for sides in (self.kernel, self.places))
        image = [
            size + self.stride * (count - 1) + rest - 2 * self.padding
            for size, count in zip(kernel, places, strict=True)
        ]
        outputs = int(rng.choice([count for count in (2, 3, 4) if count - channels]))
        return arrays_of(rng, (batch, channels, *image), (outputs, channels, *kernel))


def convolved(x, weight, bias, stride=1, padding=0):
    """Return the convolution of arrays, of all places at once: tests take many differences of it."""
    if padding:
        x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    z = np.tensordot(windows[:, :, ::stride, ::stride], weight, axes=([1, 4, 5], [1, 2, 3]))
    return z.transpose(0, 3, 1, 2) + bias[:, None, None]


def arrays_of(rng, x_shape, weight_shape):
    """Return random x, weight and bias."""
    return [rng.normal(size=shape) for shape in (x_shape, weight_shape, weight_shape[:1])]


def drawn(rng, *, batch=2, channels=(1, 3), image=(4, 6), kernel=(2, 3)):
    """Return drawn arrays x, weight and bias: sizes within the bounds, and more places than one."""
    channels = between(rng, channels)
    sides, sizes = ([between(rng, bounds) for _ in range(2)] for bounds in (image, kernel))
    return arrays_of(rng, (batch, channels, *sides), (between(rng, (2, 4)), channels, *sizes))
