"""Part 6, gradient checking."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from tests import adapters
from tests.cases.checks import Mismatch, assert_close, kind
from tests.cases.corners import disagreement, ramps, signed, slopes
from tests.cases.networks import data_of, drawn_between, sum_of_squares, tensor

COARSELY = {"eps": 0.01, "tol": 0.01}  # a gradient check that a difference in float32 can pass


def matrix_expression(x):
    """Return a sum over exp and matmul of a matrix of two columns."""
    weight = tensor([[0.3, 0.5, 0.4], [0.8, 0.1, 0.6]])
    return adapters.run_tensor_sum(adapters.run_tensor_exp(adapters.run_matmul(x, weight)))


def mean_of_relu(x):
    """Return the mean of relu(x)."""
    return adapters.run_tensor_mean(adapters.run_tensor_relu(x))


def after(first, function):
    """Return the function that applies `function` to the result of `first`."""
    return lambda x: function(first(x))


def fourth_powers(shift, factor):
    """Return the function sum(factor * (x + shift) ** 4); each node has one use, so any order is right."""
    shift, factor = tensor(shift), tensor(factor)

    def function(x):
        moved = adapters.run_tensor_add(x, shift)
        square = adapters.run_tensor_mul(moved, moved)
        power = adapters.run_tensor_mul(square, square)
        return adapters.run_tensor_sum(adapters.run_tensor_mul(power, factor))

    return function


@dataclass(frozen=True)
class Check:
    """A gradient check: its function, array and settings, and the right verdict."""

    function: object
    x: np.ndarray
    verdict: bool
    settings: dict = field(default_factory=lambda: COARSELY)


def drawn_input(rng, shape=(1,)):
    """Return an input whose numbers keep away from 0, where relu has a corner of its own."""
    return signed(rng, 0.5, 1.5, shape)


def check_slopes(rng, factors, steepness=(0.5, 2.0), scale=1.0):
    """Return the check of a function whose gradient by backward is `factors`, an array, times the right one.

    `scale` is the size of the input, and of all distances from it to a corner.
    """
    x = scale * drawn_input(rng, factors.shape)
    verdict = not np.abs(factors - 1).any()
    bent = slopes(rng, x, factors, steepness, scale)
    return Check(after(bent, adapters.run_tensor_sum), x, verdict)


def check_ramps(rng, wrong, function=None):
    """Return the check of `function`, by default the sum, of a ramp, flat in the places `wrong`."""
    x = drawn_input(rng, wrong.shape)
    function = function or adapters.run_tensor_sum
    return Check(after(ramps(rng, x, wrong=wrong), function), x, verdict=not wrong.any())


def drawn_verdicts(rng):
    """Return drawn truth values in a drawn order, at least one of each: too many to guess them all."""
    return rng.permutation([True, False, *rng.integers(2, size=2)]).astype(bool).tolist()


def run_checks(checks, *, hint):
    """Run each check, and fail unless its verdict is exactly the right one; return the inputs."""
    inputs = []
    for check in checks:
        inputs.append(tensor(check.x))
        verdict = adapters.run_gradient_check(check.function, inputs[-1], **check.settings)
        assert_verdict(verdict, check, hint=hint)
    return inputs


def assert_verdict(verdict, check, *, hint):
    """Fail unless a gradient check returned exactly the truth value that `check` asks for."""
    expected = check.verdict
    if type(verdict) is not bool and type(verdict) is not np.bool_:  # which becomes a bool at the boundary
        raise Mismatch("a gradient check returns True or False", expected=expected, actual=kind(verdict))
    if bool(verdict) is not expected:
        problem = f"{'a right gradient was rejected' if expected else 'a wrong gradient was accepted'}: "
        asked = disagreement(check.function, check.x, check.settings)
        raise Mismatch(problem + asked, expected=expected, actual=bool(verdict), hint=hint)


class TestGradientCheck:
    """Backward's gradient against central differences: several checks in each test, in a drawn order."""

    @pytest.mark.parametrize("function", [matrix_expression, mean_of_relu])
    def test_accepts_a_right_gradient(self, rng, function):
        """A check of a function whose gradient is right returns True, also after one that is wrong."""
        wrong = [np.full((1, 2), not verdict) for verdict in drawn_verdicts(rng)]

        checks = [check_ramps(rng, places, function) for places in wrong]

        run_checks(checks, hint="compare backward's gradient with (f(x + eps) - f(x - eps)) / (2 * eps)")

    def test_rejects_a_wrong_gradient(self, rng):
        """A gradient that is missing, half, doubled or of the other sign gets False, and a right one True."""
        wrong = [0.0, rng.uniform(0.3, 0.7), rng.uniform(1.5, 3), -1.0]
        factors = [*wrong, *[1.0] * drawn_between(rng, (2, 4))]

        checks = [check_slopes(rng, np.array([factor])) for factor in rng.permutation(factors)]

        run_checks(checks, hint="the relative error is |g - q| / (max(|g|, |q|) + eps)")

    def test_rejects_a_gradient_that_is_wrong_in_one_element(self, rng):
        """A gradient of a matrix that is wrong in one element, wherever that is, gets False."""
        places = [(0, 1), (1, 0)]  # no row or column has both, and the diagonal has none
        wrong = np.zeros((len(places) + drawn_between(rng, (1, 2)), 2, 2), dtype=bool)
        for number, place in enumerate(places):
            wrong[(number, *place)] = True

        checks = [check_ramps(rng, places) for places in rng.permutation(wrong)]

        run_checks(checks, hint="compare every element with its own difference")

    def test_honours_the_tolerance(self, rng):
        """One element's relative error of 0.6 * tol passes, one of 1.6 * tol fails, for any tol."""
        beyond = drawn_between(rng, (2, 4))
        checks = []
        for number in rng.permutation(5):
            verdict, place = bool(number >= beyond), np.array([[number % 2, 1 - number % 2]])
            settings = {"eps": 0.02, "tol": float(10 ** rng.uniform(-2.5, -1.5))}
            factors = 1 - place * settings["tol"] * (0.6 if verdict else 1.6)
            steepness = np.where(place, 0.3, 3.0), np.where(place, 0.6, 4.0)  # no norm may hide the place
            check = check_slopes(rng, factors, steepness)
            checks.append(replace(check, verdict=verdict, settings=settings))

        run_checks(checks, hint="the largest |g - q| / (max(|g|, |q|) + eps) must be below tol")

    def test_the_tolerance_is_a_ten_thousandth_unless_told_otherwise(self, rng):
        """Without settings a relative error of 0.5e-4 passes and one of 2e-4 fails."""
        checks = []
        for verdict in drawn_verdicts(rng):
            factors = np.array([1 - (0.5e-4 if verdict else 2e-4)])
            check = check_slopes(rng, factors, scale=1e-4)  # small, so that differences are exact in float32
            checks.append(replace(check, verdict=verdict, settings={}))

        run_checks(checks, hint="the defaults are eps=1e-5 and tol=1e-4")

    def test_takes_the_difference_on_both_sides(self, rng):
        """Central differences of squares are exact; one-sided ones with eps=0.03 are not within tol=0.001."""
        checks = []
        for verdict in drawn_verdicts(rng):
            check = check_ramps(rng, np.array([not verdict]), sum_of_squares)
            checks.append(replace(check, settings={"eps": float(rng.uniform(0.02, 0.04)), "tol": 1e-3}))

        run_checks(checks, hint="(f(x + eps) - f(x - eps)) / (2 * eps)")

    def test_honours_the_step_size(self, rng):
        """A central difference errs by the square of eps: an error of tol / 3 gets True, of 3 * tol False."""
        checks = []
        for verdict in drawn_verdicts(rng):
            x, eps = drawn_input(rng), float(10 ** rng.uniform(-2, -1))
            base = eps / np.sqrt(1e-4 * (1 / 3 if verdict else 3))  # the relative error is (eps / base) ** 2
            factor = rng.uniform(1, 3, x.shape) / (4 * base**3)
            checks.append(Check(fourth_powers(base - x, factor), x, verdict, {"eps": eps}))

        run_checks(checks, hint="the argument eps is the step of the difference")

    def test_adds_the_step_to_the_divisor(self, rng):
        """Beside eps=0.05 a missing gradient of 0.25 to 0.75 passes with tol=0.97 and fails with tol=0.8."""
        checks = []
        for verdict in drawn_verdicts(rng):
            check = check_ramps(rng, np.array([True]))
            settings = {"eps": 0.05, "tol": 0.97 if verdict else 0.8}
            checks.append(replace(check, verdict=verdict, settings=settings))

        run_checks(checks, hint="the relative error is |g - q| / (max(|g|, |q|) + eps)")

    def test_restores_the_input(self, rng):
        """After a check with any verdict, the input holds the numbers that it held before."""
        wrong = [np.full((1, 2), not verdict) for verdict in drawn_verdicts(rng)]
        checks = [check_ramps(rng, places) for places in wrong]

        inputs = run_checks(checks, hint="compare every element with its own difference")

        for found, check in zip(data_of(inputs), checks, strict=True):
            hint = "put the old number back after each perturbation"
            assert_close(found, check.x, rtol=0, atol=1e-12, hint=hint)
