"""Answers with an array of ten axes, whose corners alone are sixty million numbers to print.

classes: [TestTensorTranspose]
"""

from honest import *


def get_tensor_data(t):
    """Return it."""
    return np.zeros((6,) * 10, bool)
