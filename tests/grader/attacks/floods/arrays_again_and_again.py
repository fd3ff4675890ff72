"""Answers every question about a Tensor with sixty MiB of numbers.

classes: [TestTensorTranspose, TestLinearLayer]
"""

from honest import *


def get_tensor_data(t):
    """Return far more than was asked for."""
    return np.zeros(60 << 17)


get_tensor_grad = get_tensor_data
