"""A convolution, forward and backward, to the gradients of images, weight and bias."""

import numpy as np
from smulgrad.conv import conv2d
from smulgrad.engine import Tensor

ONE_CHANNEL = (32, 1, 28, 28), (8, 1, 3, 3)
MANY_CHANNELS = (32, 16, 14, 14), (32, 16, 3, 3)


def ours(shapes):
    """Return our convolution of images and a weight of these shapes."""
    x, weight, bias = operands = [Tensor(array) for array in arrays(shapes)]

    def run():
        for operand in operands:
            operand.grad = None
        conv2d(x, weight, bias).backward()
        return [operand.grad for operand in operands]

    return run


def torchs(shapes):
    """Return PyTorch's."""
    import torch

    x, weight, bias = operands = [torch.tensor(array, requires_grad=True) for array in arrays(shapes)]
    ones = torch.ones_like(torch.nn.functional.conv2d(x, weight, bias))

    def run():
        for operand in operands:
            operand.grad = None
        torch.nn.functional.conv2d(x, weight, bias).backward(ones)
        return [operand.grad for operand in operands]

    return run


def arrays(shapes):
    """Return images, weight and bias in float32."""
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape).astype(np.float32) for shape in (*shapes, shapes[1][:1])]


WAYS = {"ours": ours, "torch": torchs}
