"""Bonus: the Adam optimizer, compared with its formulas step by step."""

import numpy as np
import pytest

from tests import adapters
from tests.cases.checks import LOOSELY, assert_close, plain_array
from tests.cases.corners import signed
from tests.cases.reading import in_type_of, tensor_data, tensor_grad

STEPS = 8


def tensor(array):
    """Return a new Tensor that holds a copy of `array`."""
    return adapters.create_tensor(np.array(array, dtype=np.float64))


def drawn_shape(rng):
    """Return the drawn shape of a matrix."""
    return tuple(rng.permutation(np.arange(2, 5))[:2].tolist())


def drawn_rate(rng):
    """Return a drawn learning rate near 0.1."""
    return float(rng.uniform(0.05, 0.15))


def without_means(rng):
    """Return settings under which each step depends on its own gradient only, for tests of something else."""
    return {"lr": drawn_rate(rng), "betas": (0.0, 0.0), "eps": float(rng.uniform(0.5, 2))}


def steps(optimizer, parameters, gradients):
    """Take a step for each entry of `gradients`, which has an array for each parameter."""
    for arrays in gradients:
        for parameter, gradient in zip(parameters, arrays, strict=True):
            parameter.grad = in_type_of(parameter, gradient)
        adapters.run_adam_step(optimizer)


def descent(data, gradient_at, count, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):  # noqa: PLR0913 - as Adam's
    """Return `data` (an array) after `count` steps of Adam under `gradient_at(step, data)`, in numpy."""
    mean = mean_square = np.zeros_like(data)
    for step in range(1, count + 1):
        gradient = gradient_at(step - 1, data)
        mean = betas[0] * mean + (1 - betas[0]) * gradient
        mean_square = betas[1] * mean_square + (1 - betas[1]) * gradient**2
        unbiased, unbiased_square = mean / (1 - betas[0] ** step), mean_square / (1 - betas[1] ** step)
        data = data - lr * unbiased / (np.sqrt(unbiased_square) + eps)
    return data


def by_formula(data, gradients, **settings):
    """Return `data` (an array) after a step of Adam for each of `gradients`, in numpy."""
    return descent(data, lambda step, _: gradients[step], len(gradients), **settings)


def assert_moved(parameter, data, gradients, *, hint=None, **settings):
    """Fail unless `parameter` is where steps under `gradients` lead from `data`."""
    expected = by_formula(data, gradients, **settings)
    assert_close(tensor_data(parameter), expected, **LOOSELY, hint=hint)


def assert_steps_as_by_formula(rng, *, hint=None, **settings):
    """Fail unless steps of one parameter under random gradients lead where the formulas say."""
    data, gradients = rng.normal(size=(2, 3)), rng.normal(size=(STEPS, 2, 3))
    parameter = tensor(data)
    optimizer = adapters.create_adam([parameter], **settings)

    steps(optimizer, [parameter], [[gradient] for gradient in gradients])

    expected = by_formula(data, gradients, **settings)
    assert_close(tensor_data(parameter), expected, hint=hint)


BETAS = {
    "no-momentum": ((0.0, 0.0), (0.99, 0.999)),
    "newest-square-only": ((0.8, 0.95), (0.0, 0.0)),
}


class TestAdam:
    """Problem adam."""

    def test_the_first_step_has_the_length_of_the_learning_rate(self, rng):
        """The first step moves each number by lr against its gradient's sign, however large that is."""
        sizes, lr = rng.permutation([1e-2, 1.0, 1e4]), drawn_rate(rng)
        data, gradient = rng.normal(size=(2, 3)), sizes * signed(rng, 1, 2, (2, 3))
        parameter = tensor(data)

        steps(adapters.create_adam([parameter], lr=lr), [parameter], [[gradient]])

        hint = "undo the bias of both means: m / (1 - beta1**t) and v / (1 - beta2**t), t from 1"
        expected = data - lr * np.sign(gradient)
        assert_close(tensor_data(parameter), expected, atol=1e-5, hint=hint)

    def test_changing_gradients_are_averaged(self, rng):
        """Several steps under changing gradients lead where the formulas of Adam lead."""
        assert_steps_as_by_formula(rng, lr=drawn_rate(rng))

    @pytest.mark.parametrize("bounds", BETAS.values(), ids=BETAS)
    def test_betas_say_how_slowly_the_means_follow(self, rng, bounds):
        """With a beta of 0 one mean is the newest gradient or square, and the other follows slowly."""
        betas = tuple(float(rng.uniform(*each)) for each in bounds)

        assert_steps_as_by_formula(rng, lr=drawn_rate(rng), betas=betas, hint="betas are (of m, of v)")

    @pytest.mark.parametrize("size", [1e-3, 1.0], ids=["small", "large"])
    def test_eps_is_added_to_the_root(self, rng, size):
        """The divisor is the square root plus eps: eps is added to the root, not under it."""
        eps = size * float(rng.uniform(0.5, 2))

        assert_steps_as_by_formula(rng, lr=drawn_rate(rng), eps=eps, hint="divide by sqrt(v_corrected) + eps")

    def test_the_settings_have_the_usual_defaults(self, rng):
        """Without settings lr is 0.001, the betas are 0.9 and 0.999, and eps is 1e-8."""
        assert_steps_as_by_formula(rng)

    def test_every_parameter_has_means_of_its_own(self, rng):
        """Parameters of different shapes in one optimizer move as each would alone."""
        lr, shapes = drawn_rate(rng), [drawn_shape(rng), (int(rng.integers(2, 6)),), ()]
        data = [np.array(rng.normal(size=shape)) for shape in shapes]
        gradients = [[np.array(rng.normal(size=shape)) for shape in shapes] for _ in range(STEPS)]
        parameters = [tensor(array) for array in data]

        steps(adapters.create_adam(parameters, lr=lr), parameters, gradients)

        for parameter, start, of_one in zip(parameters, data, zip(*gradients, strict=True), strict=True):
            assert_moved(parameter, start, of_one, lr=lr)

    def test_the_momentum_outlasts_the_gradient(self, rng):
        """After one gradient, a step with gradient zero still moves each number on in its old direction."""
        parameter, gradient = tensor(rng.normal(size=12)), signed(rng, 1, 2, 12)
        optimizer = adapters.create_adam([parameter], lr=drawn_rate(rng))

        steps(optimizer, [parameter], [[gradient]])
        before = plain_array(tensor_data(parameter)).copy()
        steps(optimizer, [parameter], [[np.zeros(12)]])

        after = plain_array(tensor_data(parameter))
        assert_close(np.sign(before - after), np.sign(gradient), hint="the mean m outlasts a gradient of 0")

    def test_a_number_without_a_gradient_stays(self, rng):
        """Where the gradient is zero the data stays, without a division by zero, beside data that moves."""
        data, settings = rng.normal(size=4), without_means(rng)
        parameter, gradient = tensor(data), rng.permutation([0.0, 0.0, *signed(rng, 1, 4, 2)])

        steps(adapters.create_adam([parameter], **settings), [parameter], [[gradient]])

        assert_moved(parameter, data, [gradient], **settings)

    def test_a_step_leaves_the_gradients_as_they_are(self, rng):
        """A step changes the data of a parameter and not its gradient."""
        data, gradient = rng.normal(size=(2, *drawn_shape(rng)))
        parameter, settings = tensor(data), without_means(rng)

        steps(adapters.create_adam([parameter], **settings), [parameter], [[gradient]])

        assert_moved(parameter, data, [gradient], **settings)
        assert_close(tensor_grad(parameter), gradient)

    def test_the_network_sees_the_new_data(self, rng):
        """The next result of a Tensor that the optimizer was given has the new data."""
        data, gradient = rng.normal(size=(2, *drawn_shape(rng)))
        parameter, settings = tensor(data), without_means(rng)

        steps(adapters.create_adam([parameter], **settings), [parameter], [[gradient]])
        doubled = adapters.run_tensor_add(parameter, parameter)

        hint = "a step changes the parameter's data in place"
        expected = 2 * by_formula(data, [gradient], **settings)
        assert_close(tensor_data(doubled), expected, **LOOSELY, hint=hint)

    def test_two_optimizers_do_not_share_their_means(self, rng):
        """A new optimizer starts afresh, however many steps another one took before it."""
        data, gradients, lr = rng.normal(size=(2, 3)), rng.normal(size=(STEPS, 2, 3)), drawn_rate(rng)

        for count in (2, STEPS, 3):
            parameter = tensor(data)
            steps(adapters.create_adam([parameter], lr=lr), [parameter], [[g] for g in gradients[:count]])
            hint = "means and the number of steps belong to one optimizer, not to all"
            assert_moved(parameter, data, gradients[:count], lr=lr, hint=hint)

    def test_optimizers_that_take_turns_do_not_disturb_each_other(self, rng):
        """Two optimizers with a step each in turn lead where each alone leads."""
        data, gradients, lr = rng.normal(size=(2, 3)), rng.normal(size=(2, STEPS, 2, 3)), drawn_rate(rng)
        parameters = [tensor(data), tensor(data)]
        optimizers = [adapters.create_adam([parameter], lr=lr) for parameter in parameters]

        for round_ in zip(*gradients, strict=True):
            for optimizer, parameter, gradient in zip(optimizers, parameters, round_, strict=True):
                steps(optimizer, [parameter], [[gradient]])

        for parameter, of_one in zip(parameters, gradients, strict=True):
            assert_moved(parameter, data, of_one, lr=lr)

    def test_a_narrow_valley_is_no_obstacle(self, rng):
        """Sixty steps lead near the minimum of a sum of squares, two of them about 10,000 times as steep."""
        target, steepness = signed(rng, 0.5, 1.5, 4), rng.uniform(0.5, 2, size=4) * [1, 1, 1e4, 1e4]
        start, settings = np.zeros(4), {"lr": 0.05, "betas": (0.8, 0.99)}
        p = tensor(start)
        optimizer = adapters.create_adam([p], **settings)

        for _ in range(60):
            p.grad = in_type_of(p, np.zeros(4))
            distance = p - tensor(target)
            adapters.run_tensor_backward(
                adapters.run_tensor_sum(adapters.run_tensor_mul(distance * distance, tensor(steepness)))
            )
            adapters.run_adam_step(optimizer)

        expected = descent(start, lambda _, x: 2 * steepness * (x - target), 60, **settings)
        assert_close(tensor_data(p), expected, **LOOSELY)
