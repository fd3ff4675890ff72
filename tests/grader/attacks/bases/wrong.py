"""The adapters of an engine whose every answer is wrong: graded honestly, it earns nothing."""

import numpy as np

NUMBER = 1234.5
ADAPTERS = """
create_value run_add run_mul run_sub run_div run_neg run_pow run_relu run_exp run_log run_tanh run_backward
run_second_derivative create_tensor run_tensor_add run_tensor_mul run_tensor_backward run_tensor_sum
run_tensor_mean run_tensor_max run_tensor_reshape run_tensor_transpose run_matmul run_tensor_relu
run_tensor_exp run_tensor_log create_linear_layer run_linear_layer run_softmax run_cross_entropy run_sgd_step
zero_grad create_mlp run_mlp run_gradient_check
"""


class Wrong:
    """Stands for every Value, Tensor, layer and network; cannot be changed."""

    data = grad = property(lambda self: NUMBER)
    _op = property(lambda self: "")
    _prev = property(lambda self: [Wrong()])
    T = property(lambda self: self)

    def __call__(self, *arguments, **options):
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __call__
    __pow__ = __matmul__ = __neg__ = __call__
    backward = _backward = relu = exp = log = tanh = sum = mean = max = reshape = transpose = __call__


def make_wrong(*arguments, **options):
    """Return a new Wrong."""
    return Wrong()


globals().update(dict.fromkeys(ADAPTERS.split(), make_wrong))


def get_value_data(v):
    """Return a number that no test expects."""
    return NUMBER


def get_tensor_data(t):
    """Return an array that no test expects."""
    return np.array([1234])


def get_linear_parameters(layer):
    """Return two parameters of no use."""
    return [Wrong(), Wrong()]


get_value_grad, get_tensor_grad, get_mlp_parameters = get_value_data, get_tensor_data, get_linear_parameters
