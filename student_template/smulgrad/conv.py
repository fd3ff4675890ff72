"""The bonus on convolution: `conv2d` slides a small kernel over images, as a network's layer does."""

from smulgrad.engine import Tensor


def conv2d(x: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    """Return the convolution of `x` with `weight`, plus `bias`, as a Tensor (batch, out, height', width').

    `x` has the shape (batch, in, height, width), `weight` (out, in, kernel height, kernel width), `bias`
    (out,). At each place a result is the sum of the kernel times the pixels under it; the kernel moves by
    `stride` pixels, over images with a border of `padding` zeros, and is not flipped.
    """
    raise NotImplementedError(
        "conv2d: return the convolution of `x` with `weight`, plus `bias`, as a Tensor (batch, out, height', "
        "width')"
    )
