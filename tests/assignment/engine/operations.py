"""Every operation of Tensors, with operands where it is smooth, and derivatives of any order."""

import numpy as np
from smulgrad.conv import conv2d
from smulgrad.nn import cross_entropy, softmax
from smulgrad.node import grad

ONE_HOT = np.eye(4)[[0, 2, 3]]

# name: (function of Tensors, shapes of its operands). Operands are drawn from 0.5..2, all different.
OPERATIONS = {
    "add": (lambda x, y: x + y, [(3, 4), (4,)]),
    "add_a_number": (lambda x: 2 + x, [(3,)]),
    "sub": (lambda x, y: x - y, [(3, 1), (1, 4)]),
    "sub_from_a_number": (lambda x: 2 - x, [(3,)]),
    "mul": (lambda x, y: x * y, [(2, 3, 4), (3, 1)]),
    "mul_by_itself": (lambda x: x * x, [(3, 4)]),
    "div": (lambda x, y: x / y, [(4,), (3, 4)]),
    "divide_a_number": (lambda x: 2 / x, [(3,)]),
    "neg": (lambda x: -x, [(3,)]),
    "square": (lambda x: x**2, [(3,)]),
    "cube": (lambda x: x**3, [(3,)]),
    "root": (lambda x: x**0.5, [(3,)]),
    "power_of_minus_two": (lambda x: x**-2, [(3,)]),
    "power_of_zero": (lambda x: x**0, [(3,)]),
    "relu": (lambda x: ((x - 1.2).relu()) ** 2, [(3, 4)]),
    "exp": (lambda x: x.exp(), [(3, 4)]),
    "log": (lambda x: x.log(), [(3, 4)]),
    "tanh": (lambda x: x.tanh(), [(3, 4)]),
    "sum": (lambda x: x.sum(), [(3, 4)]),
    "sum_of_rows": (lambda x: x.sum(axis=1), [(3, 4)]),
    "sum_of_two_axes": (lambda x: x.sum(axis=(0, -1), keepdims=True), [(2, 3, 4)]),
    "mean": (lambda x: x.mean(axis=0), [(3, 4)]),
    "max": (lambda x: x.max(axis=-1, keepdims=True), [(3, 4)]),
    "max_of_all": (lambda x: x.max(), [(3, 4)]),
    "reshape": (lambda x: x.reshape(2, -1), [(4, 3)]),
    "transpose": (lambda x: x.transpose(), [(2, 3, 4)]),
    "transpose_by_axes": (lambda x: x.transpose((1, 2, 0)), [(2, 3, 4)]),
    "swapaxes": (lambda x: x.swapaxes(0, -1), [(2, 3, 4)]),
    "matmul": (lambda x, y: x @ y, [(2, 3), (3, 4)]),
    "matmul_of_batches": (lambda x, y: x @ y, [(2, 1, 2, 3), (3, 3, 2)]),
    "matmul_by_an_array": (lambda x: np.full((2, 3), 0.5) @ x, [(3, 2)]),
    "matrix_by_vector": (lambda x, y: x @ y, [(2, 3), (3,)]),
    "vector_by_matrix": (lambda x, y: x @ y, [(3,), (3, 4)]),
    "vector_by_batch": (lambda x, y: x @ y, [(3,), (2, 3, 4)]),
    "batch_by_vector": (lambda x, y: x @ y, [(2, 3, 4), (4,)]),
    "vector_by_vector": (lambda x, y: x @ y, [(3,), (3,)]),
    "softmax": (softmax, [(3, 4)]),
    "cross_entropy": (lambda x: cross_entropy(x, ONE_HOT), [(3, 4)]),
    "conv2d": (lambda x, w, b: conv2d(x, w, b, stride=2, padding=1), [(2, 2, 4, 3), (3, 2, 2, 3), (3,)]),
}


def along(function, operands, directions):
    """Return the derivative of the number `function(*operands)` along one direction after the other.

    A direction has an array for each operand. Every derivative but the last is taken as a graph, and
    differentiated.
    """
    number = function(*operands)
    for direction in directions:
        gradients = grad(number, operands, create_graph=True)
        number = sum((g * v).sum() for g, v in zip(gradients, direction, strict=True))
    return float(number.data)
