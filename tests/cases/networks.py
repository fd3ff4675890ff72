"""Tensors and parameters for the cases of part 6, and the right answers in numpy."""

import numpy as np

from tests import adapters
from tests.cases.checks import Mismatch, assert_close, assert_equal, plain_array
from tests.cases.reading import in_type_of, tensor_data, tensor_grad

BATCHES = [(1, 1), (5, 8)]  # bounds of the number of rows: a batch of one is a batch, too


def tensor(array):
    """Return a new Tensor that holds a copy of `array`."""
    return adapters.create_tensor(np.array(array, dtype=np.float64))


def data_of(parameters):
    """Return the data of each parameter."""
    return [plain_array(array) for array in tensor_data.of_all(parameters)]


def gradients_of(parameters):
    """Return the gradient of each parameter."""
    return [plain_array(array) for array in tensor_grad.of_all(parameters)]


def different(rng, count, least=2, most=7):
    """Return `count` drawn whole numbers between `least` and `most`, no two of them equal."""
    return rng.permutation(np.arange(least, most + 1))[:count].tolist()


def drawn_between(rng, bounds):
    """Return a drawn whole number within `bounds`."""
    return int(rng.integers(*bounds, endpoint=True))


def set_randomly(parameters, shapes, rng):
    """Give weights and biases new random data of a size that trains well, and return the arrays."""
    assert_equal(len(parameters), len(shapes), hint="parameters are weights and biases")
    arrays = []
    for parameter, shape in zip(parameters, shapes, strict=True):
        scale = np.sqrt(2 / shape[0]) if len(shape) == 2 else 0.1
        arrays.append(rng.normal(scale=scale, size=shape))
        parameter.data = in_type_of(parameter, arrays[-1])
    return arrays


def backpropagate(output, upstream):
    """Run backward from the sum of `output` * `upstream`, so that `upstream` is the gradient of `output`."""
    product = adapters.run_tensor_mul(output, tensor(upstream))
    adapters.run_tensor_backward(adapters.run_tensor_sum(product))


def sum_of_squares(x):
    """Return the sum of x * x."""
    return adapters.run_tensor_sum(adapters.run_tensor_mul(x, x))


def softmax(x, axis=-1):
    """Return the softmax of an array, in numpy."""
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def loss_of(logits, targets):
    """Return the mean cross-entropy of arrays, in numpy."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return float((np.log(np.exp(shifted).sum(axis=-1)) - (targets * shifted).sum(axis=-1)).mean())


def one_hot(labels, classes):
    """Return the one-hot rows of `labels`."""
    return np.eye(classes)[labels]


def drawn_targets(rng, batch, classes):
    """Return one-hot rows of drawn labels."""
    return one_hot(rng.integers(classes, size=batch), classes)


def assert_all_close(arrays, expected, **options):
    """Fail unless there are as many arrays as expected and each is close to its own."""
    assert_equal(len(arrays), len(expected))
    for array, wanted in zip(arrays, expected, strict=True):
        assert_close(array, wanted, **options)


def assert_below(what, number, limit, *, hint):
    """Fail unless `number`, which messages call `what`, is below `limit` (a nan is not)."""
    if not number < limit:
        raise Mismatch(f"the {what} is too large", expected=f"below {limit:.4g}", actual=number, hint=hint)
