"""Sends an array whose shape has lengths below zero and beyond all memory.

breach: true
classes: [TestTensorTranspose]
"""

from honest import *
from peer import open_request, send

shapes = [[-1], [2**62, 4], [0, 2**63], [1.0], [True]]


def get_tensor_data(t):
    """Send the next of them."""
    shapes.append(shapes.pop(0))
    send({"id": open_request(), "value": {"array": ["float64", shapes[-1]]}}, bytes(8))
    return np.zeros(3)


get_tensor_grad = get_tensor_data
