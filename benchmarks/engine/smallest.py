"""The cost of an operation beside its arithmetic: forty of them on 4 x 4 numbers, forward and backward."""

import numpy as np
from smulgrad.engine import Tensor

ROUNDS_OF_FOUR = 10


def ours(_):
    """Return our forty operations."""
    a, b = (Tensor(array) for array in operands())

    def run():
        a.grad = b.grad = None
        forty(a, b).sum().backward()
        return a.grad

    return run


def torchs(_):
    """Return PyTorch's."""
    import torch

    a, b = (torch.tensor(array, requires_grad=True) for array in operands())

    def run():
        a.grad = b.grad = None
        forty(a, b).sum().backward()
        return a.grad

    return run


def operands():
    """Return two small float32 matrices."""
    return np.random.default_rng(0).normal(0, 0.5, (2, 4, 4)).astype(np.float32)


def forty(a, b):
    """Return the end of a chain of products, sums and tanh, in the notation that all engines share."""
    x = a
    for _ in range(ROUNDS_OF_FOUR):
        x = ((x @ b + a) * b).tanh()
    return x


WAYS = {"ours": ours, "torch": torchs}
