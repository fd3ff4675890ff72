"""Small drawn graphs, on which a wrong order of the backward pass gives a wrong gradient.

`_prev` is a set, and the order of a set follows the addresses of its objects, which differ from run to run.
A wrong order that follows a set is right for some graphs by chance, so a test joins many of them.

All graphs are sums and multiples of their input. So a fork takes a Value, a Tensor or a plain number, and its
derivative is its value for the number 1. No factor is negative, so no two mistakes cancel.
"""

import functools
import operator
from dataclasses import dataclass

from tests import adapters
from tests.cases.bulk import each, fold

MANY = 16  # graphs in one test: an order that tosses a coin for each is right for all in 1 of 65,536 tests


@dataclass(frozen=True)
class Fork:
    """A graph that leads to a node by the factors `stem`, then on by two ways that meet in a sum."""

    stem: list[float]
    left: list[float]
    right: list[float]

    def __call__(self, x):
        """Return the sum."""
        node = _multiplied(x, self.stem)
        return _multiplied(node, self.left) + _multiplied(node, self.right)


def draw_forks(rng, count, *lengths):
    """Return `count` forks whose two ways have these lengths, on drawn sides of the sum."""
    return [_draw_fork(rng, *rng.permutation(lengths)) for _ in range(count)]


def join(graphs, x):
    """Return the sum of the functions `graphs` at `x`."""
    return functools.reduce(operator.add, (graph(x) for graph in graphs))


def scattered(rng, factors, function):
    """Return the function from x to the sum of `function(factor * x)` for all `factors`.

    Between the terms lies a drawn number of other nodes, so that no regular pattern of addresses decides all
    terms alike.
    """
    between = rng.integers(3, size=len(factors)).tolist()

    def summed(x):
        terms, others = [], []
        for factor, count in zip(factors.tolist(), between, strict=True):
            terms.append(function(x * factor))
            others += [x * factor for _ in range(count)]
        return functools.reduce(operator.add, terms)

    return summed


class TensorForks:
    """The function from a Tensor of `shape` to the sum of MANY forks of it, and its derivative, `factors`.

    One way of a fork is a single node, the other has `length` multiplications. The nodes are made in a drawn
    order, so that no regular pattern of addresses decides all forks alike.
    """

    def __init__(self, rng, shape, length=1):
        """Draw the factors, and make a Tensor of each."""
        factors = rng.uniform(0.5, 1.5, size=(length + 1, MANY, *shape))
        self.factors = (factors[0] + factors.prod(axis=0)).sum(axis=0)
        self._stems, *self._ways = [
            each(adapters.create_tensor, [[array] for array in arrays]) for arrays in factors
        ]
        self._orders = [rng.permutation(MANY).tolist() for _ in self._ways]
        self._is_near_first = (rng.permutation(MANY) % 2).tolist()

    def __call__(self, tensor):
        """Return the sum."""
        near = far = each(adapters.run_tensor_mul, [[tensor, stem] for stem in self._stems])
        for way, order in zip(self._ways, self._orders, strict=True):
            made = each(adapters.run_tensor_mul, [[far[place], way[place]] for place in order])
            far = [made[order.index(place)] for place in range(MANY)]
        pairs = zip(near, far, self._is_near_first, strict=True)
        sides = [[one, other] if is_first else [other, one] for one, other, is_first in pairs]
        return fold(adapters.run_tensor_add, each(adapters.run_tensor_add, sides))


def _draw_fork(rng, left, right):
    stem = rng.integers(1, 3)  # the node is never the input itself: an input passes nothing on
    return Fork(*(rng.uniform(0.5, 1.5, length).tolist() for length in (stem, left, right)))


def _multiplied(x, factors):
    return functools.reduce(operator.mul, factors, x)
