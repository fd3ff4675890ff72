"""The bonus on convolution: `conv2d` slides a small kernel over images, as a network's layer does."""

import math
from dataclasses import dataclass

import numpy as np  # solution

from smulgrad.engine import Tensor
from smulgrad.rules import RULES

# A convolution is a matrix product, once the numbers under the kernel at each place stand in a column of
# their own. So the engine needs one new operation, which lays out these columns, and `@` does the rest. What
# undoes it adds the columns up again where they overlap. Either is linear and is the other's rule, so
# derivatives of any order follow.
RULES["im2col"] = (lambda g, z, x, slide: _col2im(g, slide), None)
RULES["col2im"] = (lambda g, z, x, slide: _im2col(g, slide), None)


@dataclass(frozen=True)
class _Slide:
    """How a kernel of (height, width) slides over images of `shape` (batch, channels, height, width)."""

    shape: tuple
    kernel: tuple
    stride: int
    padding: int

    @property
    def padded(self):
        """The shape of the images with their border of zeros."""
        batch, channels, height, width = self.shape
        return batch, channels, height + 2 * self.padding, width + 2 * self.padding

    @property
    def places(self):
        """How many places the kernel takes, down and across."""
        sizes = zip(self.padded[2:], self.kernel, strict=True)
        return tuple((size - kernel) // self.stride + 1 for size, kernel in sizes)

    @property
    def inner(self):
        """The index of the images within their border."""
        _, _, height, width = self.shape
        return np.s_[:, :, self.padding : self.padding + height, self.padding : self.padding + width]

    def under(self, i, j):
        """Return the index of the pixels that the kernel's number (i, j) meets, one for each place."""
        rows, columns = (self.stride * n for n in self.places)
        return np.s_[:, :, i : i + rows : self.stride, j : j + columns : self.stride]


def _im2col(images, slide):
    """Return the numbers under the kernel, (batch, channels * kernel, places); as a node if it is one."""
    if isinstance(images, Tensor):
        return Tensor.from_op(_im2col(images.data, slide), "im2col", images, slide)
    padded = images
    if slide.padding:
        padded = np.zeros(slide.padded, images.dtype)
        padded[slide.inner] = images
    columns = np.empty((*slide.shape[:2], *slide.kernel, *slide.places), images.dtype)
    for i, j in np.ndindex(slide.kernel):  # few long copies are faster than many short ones
        columns[:, :, i, j] = padded[slide.under(i, j)]
    return columns.reshape(slide.shape[0], math.prod(columns.shape[1:4]), math.prod(slide.places))


def _col2im(columns, slide):
    """Return images of which each pixel is the sum of its numbers in `columns`; as a node if it is one."""
    if isinstance(columns, Tensor):
        return Tensor.from_op(_col2im(columns.data, slide), "col2im", columns, slide)
    columns = columns.reshape(*slide.shape[:2], *slide.kernel, *slide.places)
    padded = np.zeros(slide.padded, columns.dtype)
    for i, j in np.ndindex(slide.kernel):
        padded[slide.under(i, j)] += columns[:, :, i, j]
    return padded[slide.inner] if slide.padding else padded


def _slide_of(x, weight, stride, padding):
    """Return how `weight` slides over `x`. Raises ValueError if it cannot."""
    shapes = f"images of shape {x.shape} and a weight of shape {weight.shape}"
    if len(x.shape) != 4 or len(weight.shape) != 4:  # noqa: PLR2004 - as the docstring of conv2d says
        raise ValueError(f"conv2d: {shapes}; both need four axes")
    if x.shape[1] != weight.shape[1]:
        raise ValueError(f"conv2d: {shapes} differ in their channels, {x.shape[1]} and {weight.shape[1]}")
    if stride < 1 or padding < 0:
        raise ValueError(f"conv2d: stride {stride} must be at least 1, and padding {padding} at least 0")
    slide = _Slide(x.shape, weight.shape[2:], stride, padding)
    if min(slide.places) < 1:
        raise ValueError(f"conv2d: {shapes}; with padding {padding} the kernel does not fit into the image")
    return slide


def conv2d(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    """Return the convolution of `x` with `weight`, plus `bias`, as a Tensor (batch, out, height', width').

    `x` has the shape (batch, in, height, width), `weight` (out, in, kernel height, kernel width), `bias`
    (out,). At each place a result is the sum of the kernel times the pixels under it; the kernel moves by
    `stride` pixels, over images with a border of `padding` zeros, and is not flipped.
    """
    slide = _slide_of(x, weight, stride, padding)
    batch, channels = x.shape[0], weight.shape[0]
    z = weight.reshape(channels, -1) @ _im2col(x, slide) + bias.reshape(channels, 1)
    return z.reshape(batch, channels, *slide.places)
