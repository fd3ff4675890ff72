"""Bonus: the Adam optimizer, compared with its formulas step by step."""

import numpy as np
import pytest

from tests import adapters
from tests.cases.checks import Mismatch, assert_close, assert_differ, plain_array

SHAPES = [(2, 3), (4,), ()]
STEPS = 8


def tensor(array):
    """Return a new Tensor that holds a copy of `array`."""
    return adapters.create_tensor(np.array(array, dtype=np.float64))


def steps(optimizer, parameters, gradients):
    """Take a step for each entry of `gradients`, which has an array for each parameter."""
    for arrays in gradients:
        for parameter, gradient in zip(parameters, arrays, strict=True):
            parameter.grad = gradient.copy()
        adapters.run_adam_step(optimizer)


def by_formula(data, gradients, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    """Return `data` (an array) after a step of Adam for each of `gradients`, in numpy."""
    mean = mean_square = np.zeros_like(data)
    for step, gradient in enumerate(gradients, start=1):
        mean = betas[0] * mean + (1 - betas[0]) * gradient
        mean_square = betas[1] * mean_square + (1 - betas[1]) * gradient**2
        unbiased, unbiased_square = mean / (1 - betas[0] ** step), mean_square / (1 - betas[1] ** step)
        data = data - lr * unbiased / (np.sqrt(unbiased_square) + eps)
    return data


def alone(data, gradients):
    """Return where the steps of an optimizer of its own lead a parameter that starts at `data`, and moves."""
    parameter = tensor(data)
    steps(adapters.create_adam([parameter], lr=0.1), [parameter], [[gradient] for gradient in gradients])
    found = plain_array(adapters.get_tensor_data(parameter)).copy()
    assert_differ(found, np.asarray(data), hint="a step changes the parameter's data in place")
    return found


def assert_below(numbers, limits):
    """Fail unless every number is below its limit, which it had before a step."""
    if not (numbers < limits).all():
        raise Mismatch("the parameter should have become smaller", expected=f"below {limits}", actual=numbers)


def assert_steps_as_by_formula(rng, *, hint=None, **settings):
    """Fail unless steps of one parameter under random gradients lead where the formulas say."""
    data, gradients = rng.normal(size=(2, 3)), rng.normal(size=(STEPS, 2, 3))
    parameter = tensor(data)
    optimizer = adapters.create_adam([parameter], **settings)

    steps(optimizer, [parameter], [[gradient] for gradient in gradients])

    expected = by_formula(data, gradients, **settings)
    assert_close(adapters.get_tensor_data(parameter), expected, hint=hint)


class TestAdam:
    """Problem adam."""

    @pytest.mark.parametrize("size", [1e-2, 1.0, 1e4], ids=["small", "middling", "large"])
    def test_the_first_step_has_the_length_of_the_learning_rate(self, rng, size):
        """The first step moves each number by lr against its gradient's sign, however large that is."""
        data, gradient = rng.normal(size=(2, 3)), size * rng.choice([-2.0, -1.0, 1.0, 2.0], size=(2, 3))
        parameter = tensor(data)

        steps(adapters.create_adam([parameter], lr=0.1), [parameter], [[gradient]])

        hint = "undo the bias of both means: m / (1 - beta1**t) and v / (1 - beta2**t), t from 1"
        expected = data - 0.1 * np.sign(gradient)
        assert_close(adapters.get_tensor_data(parameter), expected, atol=1e-5, hint=hint)

    def test_steps_under_a_constant_gradient_are_all_equally_long(self, rng):
        """Twenty steps under one gradient move each number by 20 * lr: the correction follows the steps."""
        data, gradient = rng.normal(size=(2, 3)), rng.uniform(1, 5, size=(2, 3))
        parameter = tensor(data)

        steps(adapters.create_adam([parameter], lr=0.01), [parameter], [[gradient]] * 20)

        assert_close(adapters.get_tensor_data(parameter), data - 0.2, atol=1e-6)

    def test_changing_gradients_are_averaged(self, rng):
        """Several steps under changing gradients lead where the formulas of Adam lead."""
        assert_steps_as_by_formula(rng, lr=0.1)

    @pytest.mark.parametrize("betas", [(0.5, 0.9), (0.0, 0.999), (0.9, 0.0)])
    def test_betas_say_how_slowly_the_means_follow(self, rng, betas):
        """With other betas the means of the gradient and of its square follow faster."""
        assert_steps_as_by_formula(rng, lr=0.1, betas=betas, hint="betas are (of m, of v)")

    @pytest.mark.parametrize("eps", [1e-3, 1.0])
    def test_eps_is_added_to_the_root(self, rng, eps):
        """The divisor is the square root plus eps: eps is added to the root, not under it."""
        assert_steps_as_by_formula(rng, lr=0.1, eps=eps, hint="divide by sqrt(v_corrected) + eps")

    def test_the_settings_have_the_usual_defaults(self, rng):
        """Without settings lr is 0.001, the betas are 0.9 and 0.999, and eps is 1e-8."""
        assert_steps_as_by_formula(rng)

    def test_every_parameter_has_means_of_its_own(self, rng):
        """Parameters of different shapes in one optimizer move as each does in an optimizer of its own."""
        data = [rng.normal(size=shape) for shape in SHAPES]
        gradients = [[np.array(rng.normal(size=shape)) for shape in SHAPES] for _ in range(STEPS)]
        parameters = [tensor(array) for array in data]

        steps(adapters.create_adam(parameters, lr=0.1), parameters, gradients)

        for parameter, start, of_one in zip(parameters, data, zip(*gradients, strict=True), strict=True):
            assert_close(adapters.get_tensor_data(parameter), alone(start, of_one))

    def test_the_momentum_outlasts_the_gradient(self):
        """After a gradient of ones, a step with gradient zero still moves on in the old direction."""
        parameter = tensor(np.zeros(4))
        optimizer = adapters.create_adam([parameter], lr=0.1)

        steps(optimizer, [parameter], [[np.ones(4)]])
        before = plain_array(adapters.get_tensor_data(parameter)).copy()
        steps(optimizer, [parameter], [[np.zeros(4)]])

        assert_below(plain_array(adapters.get_tensor_data(parameter)), before)

    def test_a_number_without_a_gradient_stays(self, rng):
        """Where the gradient is zero the data stays, without a division by zero, beside data that moves."""
        data = rng.normal(size=4)
        parameter = tensor(data)

        steps(adapters.create_adam([parameter], lr=0.1), [parameter], [[np.array([0.0, 3.0, 0.0, 3.0])]])

        found = plain_array(adapters.get_tensor_data(parameter))
        assert_close(found[::2], data[::2])
        assert_below(found[1::2], data[1::2])

    def test_a_step_leaves_the_gradients_as_they_are(self, rng):
        """A step changes the data of a parameter and not its gradient."""
        data, gradient = rng.normal(size=(2, 3)), rng.uniform(1, 2, size=(2, 3))
        parameter = tensor(data)

        steps(adapters.create_adam([parameter]), [parameter], [[gradient]])

        assert_below(plain_array(adapters.get_tensor_data(parameter)), data)
        assert_close(adapters.get_tensor_grad(parameter), gradient)

    def test_the_network_sees_the_new_data(self, rng):
        """What is computed next from a Tensor that the optimizer was given has the new data."""
        data = rng.normal(size=(2, 3))
        parameter = tensor(data)

        steps(adapters.create_adam([parameter], lr=0.1), [parameter], [[np.ones((2, 3))]])
        doubled = adapters.run_tensor_add(parameter, parameter)

        assert_close(adapters.get_tensor_data(doubled), 2 * alone(data, [np.ones((2, 3))]))

    def test_two_optimizers_do_not_share_their_means(self, rng):
        """A new optimizer starts afresh, however many steps another one took before it."""
        data, gradients = rng.normal(size=(2, 3)), rng.normal(size=(STEPS, 2, 3))

        before = alone(data, gradients[:2])
        alone(data, gradients)
        after = alone(data, gradients[:2])

        assert_close(after, before, hint="means and the number of steps belong to one optimizer, not to all")

    def test_optimizers_that_take_turns_do_not_disturb_each_other(self, rng):
        """Two optimizers with a step each in turn lead where each alone leads."""
        data, gradients = rng.normal(size=(2, 3)), rng.normal(size=(2, STEPS, 2, 3))
        parameters = [tensor(data), tensor(data)]
        optimizers = [adapters.create_adam([parameter], lr=0.1) for parameter in parameters]

        for round_ in zip(*gradients, strict=True):
            for optimizer, parameter, gradient in zip(optimizers, parameters, round_, strict=True):
                steps(optimizer, [parameter], [[gradient]])

        for parameter, of_one in zip(parameters, gradients, strict=True):
            assert_close(adapters.get_tensor_data(parameter), alone(data, of_one))

    def test_a_narrow_valley_is_no_obstacle(self, rng):
        """Two hundred steps find the minimum of a sum of squares, one of them 10,000 times as steep."""
        target, steepness = rng.choice([-1.0, 1.0], size=2), np.array([1.0, 1e4])
        p = tensor(np.zeros(2))
        optimizer = adapters.create_adam([p], lr=0.05, betas=(0.8, 0.99))

        for _ in range(200):
            p.grad = np.zeros(2)
            distance = p - tensor(target)
            adapters.run_tensor_backward(
                adapters.run_tensor_sum(adapters.run_tensor_mul(distance * distance, tensor(steepness)))
            )
            adapters.run_adam_step(optimizer)

        found = plain_array(adapters.get_tensor_data(p))
        if not np.abs(found - target).max() < 0.05:
            raise Mismatch("the minimum was not found", expected=target, actual=found)
