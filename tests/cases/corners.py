"""Functions of a Tensor whose gradient agrees with central differences, or disagrees in chosen places.

At its corner relu has the slope 0 by backward and 1/2 by a central difference. So a function is wrong in a
place by its corner there, and right by a corner elsewhere. Right and wrong functions ask for the same
operations on drawn numbers: only who compares gradients with differences can tell them apart.
"""

import numpy as np

from tests import adapters
from tests.cases.checks import brief, numeric_gradient, plain_array, show

EPS, TOL = 1e-5, 1e-4  # of a gradient check that is given none
DISTANCE = 0.2, 1.0  # of a corner from the input of a right function; larger than any step of a check


def ramps(rng, x, *, wrong):
    """Return the function bend * relu(t - corner) + offset, which rises and is positive.

    It is wrong in the places `wrong`: its gradient is 0 there by backward, and bend / 2 by differences. It
    uses its input once, so that it does not depend on gradients being added up.
    """
    bent = corners(
        -x + np.where(wrong, 0.0, rng.uniform(*DISTANCE, size=x.shape)), rng.uniform(0.5, 1.5, x.shape)
    )
    offset = adapters.create_tensor(rng.uniform(0.3, 0.8, size=x.shape))
    return lambda t: adapters.run_tensor_add(bent(t), offset)


def corners(shift, bend):
    """Return the function bend * relu(t + shift)."""
    shift, bend = adapters.create_tensor(shift), adapters.create_tensor(bend)

    def function(t):
        return adapters.run_tensor_mul(adapters.run_tensor_relu(adapters.run_tensor_add(t, shift)), bend)

    return function


def slopes(rng, x, factors, steepness=(0.5, 2.0), scale=1.0):
    """Return a function whose gradient by backward is `factors` times the one by differences.

    Where a factor is not 1, the latter lies within `steepness`, with either sign. Elsewhere its size is at
    least half of that. A corner is as far from the input as `scale` says, times DISTANCE.
    """
    wrong = np.abs(factors - 1) > 0
    difference = signed(rng, *steepness, x.shape)
    others = rng.choice([-0.75, 1, 2.75], size=x.shape) + rng.uniform(-0.25, 0.25, size=x.shape)
    slope = difference * np.where(wrong, factors, others)
    tilt = adapters.create_tensor(slope)
    aside = np.where(wrong, 0.0, scale * signed(rng, *DISTANCE, x.shape))
    bent = corners(-x + aside, 2 * (difference - slope))

    def function(t):
        return adapters.run_tensor_add(adapters.run_tensor_mul(t, tilt), bent(t))

    return function


def signed(rng, least, most, shape):
    """Return drawn numbers whose sizes lie between `least` and `most`, of either sign."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(least, most, size=shape)


def disagreement(function, x, settings):
    """Return which check was asked, and where the two gradients of `function` at `x` differ most, in words.

    Both come from the submission: one from its backward, one from differences of its values.
    """
    eps, tol = settings.get("eps", EPS), settings.get("tol", TOL)
    given = "".join(f", {name}={value:.3g}" for name, value in settings.items())
    asked = f"the check at x = {' '.join(show(x).split())}{given}"
    try:
        analytic, numeric = _both(function, x, eps)
    except Exception as error:  # noqa: BLE001 - the submission's own; then there is nothing to compare
        return f"{asked}; this test cannot compute both gradients ({error})"
    errors = np.abs(analytic - numeric) / (np.maximum(np.abs(analytic), np.abs(numeric)) + eps)
    index = tuple(int(each) for each in np.unravel_index(int(np.argmax(errors)), errors.shape))
    return (
        f"{asked}. Backward gives {brief(analytic[index])} at index {index}, and differences give "
        f"{brief(numeric[index])}: the relative error {brief(errors[index])} is "
        f"{'above' if errors[index] >= tol else 'below'} the tolerance {brief(tol)}"
    )


def _both(function, x, eps):
    """Return the gradient of `function` at `x` by backward, and by central differences."""
    start = adapters.create_tensor(x.copy())
    adapters.run_tensor_backward(function(start))
    analytic = plain_array(adapters.get_tensor_grad(start))

    def value(array):
        return float(adapters.get_tensor_data(function(adapters.create_tensor(array.copy()))))

    return analytic.reshape(x.shape), numeric_gradient(value, x, eps)
