"""Small drawn graphs, on which a wrong order of the backward pass gives a wrong gradient.

`_prev` is a set, and the order of a set follows the addresses of its objects, which differ from run to run.
A wrong order that follows a set is right for some graphs by chance, so a test joins many of them.

All graphs are sums and multiples of their input. So they take a Value, a Tensor or a plain number, and their
derivative is what they make of the number 1. No factor is negative, so no two mistakes cancel.
"""

import functools
import operator
from dataclasses import dataclass

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
    """Return the sum of what the functions `graphs` make of `x`."""
    return functools.reduce(operator.add, (graph(x) for graph in graphs))


def _draw_fork(rng, left, right):
    stem = rng.integers(1, 3)  # the node is never the input itself: an input passes nothing on
    return Fork(*(rng.uniform(0.5, 1.5, length).tolist() for length in (stem, left, right)))


def _multiplied(x, factors):
    return functools.reduce(operator.mul, factors, x)
