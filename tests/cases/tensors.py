"""Tensors for the cases: drawn shapes and numbers, a drawn gradient for an output, and gradients compared."""

from itertools import product

import numpy as np

from tests import adapters
from tests.cases.checks import TINY, Mismatch, assert_close, plain_array
from tests.cases.reading import tensor_data, tensor_grad

LENGTHS = (2, 3, 4, 5)


def one_of(rng, options):
    """Return one of `options`, a sequence of any values."""
    return options[rng.integers(len(options))]


def shapes(rng, *words):
    """Return a shape for each word: a letter is an axis of drawn length, "1" an axis of length 1.

    A letter has the same length in all words, such as "nm" and "m"; two letters never have the same length,
    so an exchange of two axes shows.
    """
    letters = sorted({letter for word in words for letter in word} - {"1"})
    lengths = rng.choice(LENGTHS, len(letters), replace=False).tolist()
    length_of = dict(zip(letters, lengths, strict=True), **{"1": 1})
    return [tuple(length_of[letter] for letter in word) for word in words]


def positive(rng, *shapes):
    """Return one array per shape, of numbers from 0.4 to 2.5 of which none is near 1."""
    return [
        np.where(rng.random(shape) < 0.5, rng.uniform(0.4, 0.8, shape), rng.uniform(1.25, 2.5, shape))
        for shape in shapes
    ]


def signed(rng, *shapes):
    """Return one array per shape, of numbers of both signs of which none is near 0, 1 or -1."""
    return [array * signs(rng, array.shape) for array in positive(rng, *shapes)]


def signs(rng, shape):
    """Return an array of 1 and -1 in drawn places, as many of the one as of the other, give or take one."""
    return rng.permutation(np.resize([1.0, -1.0], int(np.prod(shape)))).reshape(shape)


def crossed(rng, shape, firsts, seconds):
    """Return two arrays of numbers times drawn factors: each of `firsts` meets each of `seconds`."""
    pairs = np.array(list(product(firsts, seconds)))
    drawn = rng.permutation(np.resize(np.arange(len(pairs)), int(np.prod(shape)))).reshape(shape)
    first, second = positive(rng, shape, shape)
    return first * pairs[drawn, 0], second * pairs[drawn, 1]


def distinct(rng, shape):
    """Return an array of numbers of both signs, any two of them at least 0.5 apart."""
    size = int(np.prod(shape))
    return (rng.permutation(size) - size // 2 + rng.uniform(0.1, 0.6, size)).reshape(shape)


def create_tensors(*arrays):
    """Return one fresh tensor per array."""
    return [adapters.create_tensor(np.array(array)) for array in arrays]


def backward_with(output, weights):
    """Run backward so that `output` receives the array `weights` as its gradient."""
    adapters.run_tensor_backward(adapters.run_tensor_mul(output, adapters.create_tensor(np.array(weights))))


def assert_gradients(inputs, arrays, function, *, hint=None):
    """Fail unless the tensors `inputs` hold the gradients of the sum of `function(*arrays)`."""
    for position, found in enumerate(tensor_grad.of_all(inputs)):
        before, after = arrays[:position], arrays[position + 1 :]
        expected = _gradient(lambda x: function(*before, x, *after).sum(), arrays[position])  # noqa: B023
        assert_close(found, expected, hint=hint)


def _gradient(function, x):
    """Return the gradient of `function`, which computes a number by numpy, at the array `x`."""
    asides = TINY * np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([function(x + aside).imag for aside in asides]).reshape(x.shape) / TINY.imag


def assert_operand_beside(number, node, operand):
    """Fail unless `node._prev` holds `operand` and at most the `number` beside it, plain or as a tensor."""
    found = list(node._prev)
    others = [child for child in found if child is not operand]
    if len(others) == len(found) or len(others) > 1:
        raise Mismatch(
            "_prev does not hold the operands",
            expected=f"the tensor, and perhaps the {number}",
            actual=f"{len(found)} object(s), {len(found) - len(others)} of them the tensor",
        )
    for other in others:
        held = other if isinstance(other, int | float) else tensor_data(other)
        assert_close(np.unique(plain_array(held).astype(np.float64)), np.array([float(number)]))
