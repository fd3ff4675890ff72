"""Sends an array of dtype object, whose buffer would be taken for pointers.

breach: true
classes: [TestTensorTranspose]
"""

from honest import *
from peer import open_request, send


def get_tensor_data(t):
    """Send it."""
    send({"id": open_request(), "value": {"array": ["object", [1]]}}, b"A" * 8)
    return np.zeros(3)


get_tensor_grad = get_tensor_data
