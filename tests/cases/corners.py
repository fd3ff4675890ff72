"""Functions of a Tensor whose gradient agrees with central differences, or disagrees in chosen places.

At its corner relu has the slope 0 by backward and 1/2 by a central difference. So a function is wrong in a
place by its corner there, and right by a corner elsewhere. Right and wrong functions ask for the same
operations on drawn numbers: only who compares gradients with differences can tell them apart.
"""

import numpy as np

from tests import adapters

DISTANCE = 0.2, 1.0  # of a corner from the input of a right function; larger than any step of a check


def corners(rng, x, bend, *, wrong):
    """Return the function bend * relu(t - corner), whose corners lie at `x` in the places `wrong`."""
    aside = signed(rng, *DISTANCE, x.shape)
    shift = adapters.create_tensor(-(x + np.where(wrong, 0.0, aside)))
    bend = adapters.create_tensor(np.array(bend))

    def function(t):
        return adapters.run_tensor_mul(adapters.run_tensor_relu(adapters.run_tensor_add(t, shift)), bend)

    return function


def slopes(rng, x, factors, steepness=(0.5, 2.0)):
    """Return a function whose gradient by backward is `factors` times the one by differences.

    That one has the size `steepness` (least, most) where a factor is not 1, and half of it or more elsewhere.
    """
    wrong = np.abs(factors - 1) > 0
    difference = signed(rng, *steepness, x.shape)
    others = rng.choice([-0.75, 1, 2.75], size=x.shape) + rng.uniform(-0.25, 0.25, size=x.shape)
    slope = difference * np.where(wrong, factors, others)
    tilt = adapters.create_tensor(slope)
    bent = corners(rng, x, 2 * (difference - slope), wrong=wrong)

    def function(t):
        return adapters.run_tensor_add(adapters.run_tensor_mul(t, tilt), bent(t))

    return function


def signed(rng, least, most, shape):
    """Return drawn numbers whose sizes lie between `least` and `most`, of either sign."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(least, most, size=shape)
