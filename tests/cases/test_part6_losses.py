"""Part 6, softmax and cross-entropy."""

import numpy as np
import pytest

from tests import adapters
from tests.cases.checks import LOOSELY, assert_close
from tests.cases.corners import signed
from tests.cases.drawn_graphs import MANY, TensorForks
from tests.cases.networks import (
    BATCHES,
    assert_all_close,
    backpropagate,
    data_of,
    different,
    drawn_between,
    drawn_targets,
    loss_of,
    one_hot,
    softmax,
    tensor,
)
from tests.cases.reading import tensor_data, tensor_grad

AXES = pytest.mark.parametrize("axis", [-1, 0, 1], ids=["last", "first", "middle"])
EXTREME = {
    "far-apart": [(-1000, 1000)],
    "one-row-large-one-small": [(900, 902), (-902, -900)],
}


def extreme_rows(rng, ranges, classes):
    """Return a row of ordinary scores and one for each of `ranges`, whose first scores are its two ends."""
    rows = [rng.normal(size=classes)]
    for low, high in ranges:
        ends = np.array([low, high]) + rng.uniform(-1, 1, size=2)
        rows.append(np.concatenate([ends, rng.uniform(low, high, size=classes - 2)]))
    return np.array(rows)


class TestSoftmax:
    """Softmax turns scores into probabilities."""

    def test_matches_the_definition_along_each_axis(self, rng):
        """Softmax along an axis is exp(x) divided by the sum of exp(x) along that axis."""
        x = rng.normal(size=different(rng, 3, most=5))

        for axis in (-1, 0, 1):
            probabilities = adapters.run_softmax(tensor(x), axis=axis)
            assert_close(tensor_data(probabilities), softmax(x, axis))

    def test_takes_the_last_axis_unless_told_otherwise(self, rng):
        """Softmax without an axis works along the last one, of a vector and of a matrix."""
        for axes in (1, 2):
            x = rng.normal(size=different(rng, axes))
            probabilities = adapters.run_softmax(tensor(x))
            assert_close(tensor_data(probabilities), softmax(x))

    @pytest.mark.parametrize("ranges", EXTREME.values(), ids=EXTREME)
    def test_extreme_scores_do_not_overflow(self, rng, ranges):
        """Softmax of scores as large as 1000 and as small as -1000 is finite and right."""
        x = rng.permutation(extreme_rows(rng, ranges, drawn_between(rng, (3, 6))))

        probabilities = adapters.run_softmax(tensor(x))

        hint = "subtract from each row its own maximum before exp"
        assert_close(tensor_data(probabilities), softmax(x), hint=hint)

    @AXES
    def test_gradient_matches_the_closed_form(self, rng, axis):
        """The gradient of softmax s under an upstream gradient g is s * (g - sum(g * s)) along the axis.

        The scores are made by many operations, so the order of the backward pass must be right as well.
        """
        upstream, x = rng.normal(size=(2, *different(rng, 3, most=5)))
        x /= 2 * MANY  # about as much as the forks multiply it by
        start, forks = tensor(x), TensorForks(rng, x.shape)

        backpropagate(adapters.run_softmax(forks(start), axis=axis), upstream)

        s = softmax(x * forks.factors, axis)
        expected = s * (upstream - (upstream * s).sum(axis=axis, keepdims=True))
        assert_close(tensor_grad(start), forks.factors * expected)

    def test_leaves_its_input_unchanged(self, rng):
        """Softmax computes its result and does not change the data of its input."""
        x = rng.normal(size=different(rng, 2))
        scores = tensor(x)

        probabilities = adapters.run_softmax(scores)

        assert_all_close(data_of([probabilities, scores]), [softmax(x), x], **LOOSELY)

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradient of a softmax costs a few forward passes for a thousand numbers."""
        x, weights = rng.standard_normal((2, 25, 40))
        x /= 2 * MANY
        forks = TensorForks(rng, x.shape)

        y = softmax(x * forks.factors)
        expected = [forks.factors * y * (weights - (weights * y).sum(axis=1, keepdims=True))]
        backward_cost.check_tensors(
            adapters, [x], lambda a: adapters.run_softmax(forks(a)), weights, expected
        )


def extreme_logits(rng):
    """Return logits of two classes with one row as far apart as 1000 and -1000, others not, and targets."""
    rows = drawn_between(rng, (2, 4))
    z, targets = rng.normal(scale=2, size=(rows, 2)), drawn_targets(rng, rows, 2)
    z[0], targets[0] = rng.uniform(900, 1100) * np.array([1, -1]), [1, 0]
    return z, targets


class TestCrossEntropy:
    """Cross-entropy of logits against one-hot targets, averaged over the batch."""

    def test_is_one_number_that_matches_the_definition(self, rng):
        """The loss is one number: minus the log of the right class's softmax, averaged over the batch."""
        for rows in BATCHES:
            batch, classes = drawn_between(rng, rows), drawn_between(rng, (3, 6))
            logits, labels = rng.normal(scale=2, size=(batch, classes)), rng.integers(classes, size=batch)
            loss = adapters.run_cross_entropy(tensor(logits), tensor(one_hot(labels, classes)))
            expected = -np.log(softmax(logits)[np.arange(batch), labels]).mean()
            assert_close(tensor_data(loss), np.array(expected))

    @pytest.mark.parametrize("is_right", [True, False], ids=["right", "wrong"])
    def test_extreme_logits_do_not_overflow(self, rng, is_right):
        """Logits like 1000 and -1000 cost 0 if the first class is right, and 2000 if the second is."""
        z, targets = extreme_logits(rng)
        targets[0] = [1, 0] if is_right else [0, 1]

        loss = adapters.run_cross_entropy(tensor(z), tensor(targets))

        hint = "use max + log(sum(exp(z - max))): softmax followed by log takes the log of 0 here"
        assert_close(tensor_data(loss), np.array(loss_of(z, targets)), hint=hint)

    def test_equal_logits_cost_the_log_of_the_number_of_classes(self, rng):
        """A row whose k logits are all equal costs log(k), among rows that cost something else."""
        k, equal = drawn_between(rng, (3, 12)), drawn_between(rng, (2, 4))
        others, targets = rng.normal(size=(2, k)), drawn_targets(rng, equal + 2, k)
        z = np.concatenate([np.full((equal, k), rng.uniform(-2, 2)), others])

        loss = adapters.run_cross_entropy(tensor(z), tensor(targets))

        of_others = 2 * loss_of(others, targets[equal:])
        assert_close(tensor_data(loss), np.array((equal * np.log(k) + of_others) / len(z)))

    def test_gradient_is_softmax_minus_targets_over_the_batch_size(self, rng):
        """The gradient of the logits is (softmax - targets) divided by the batch size."""
        for rows in BATCHES:
            batch, classes = drawn_between(rng, rows), drawn_between(rng, (3, 6))
            z, targets = rng.normal(scale=2, size=(batch, classes)), drawn_targets(rng, batch, classes)
            logits = tensor(z)
            adapters.run_tensor_backward(adapters.run_cross_entropy(logits, tensor(targets)))
            assert_close(tensor_grad(logits), (softmax(z) - targets) / batch)

    def test_gradient_is_scaled_by_what_comes_after_the_loss(self, rng):
        """A loss multiplied by a number sends back gradients that are as many times as large."""
        batch, classes = different(rng, 2)
        z, targets = rng.normal(size=(batch, classes)), drawn_targets(rng, batch, classes)
        logits, factor = tensor(z), float(signed(rng, 2, 5, ()))

        backpropagate(adapters.run_cross_entropy(logits, tensor(targets)), factor)

        hint = "backward multiplies the loss's own gradient by out.grad"
        assert_close(tensor_grad(logits), factor * (softmax(z) - targets) / batch, hint=hint)

    def test_gradient_is_finite_at_extreme_logits(self, rng):
        """The gradient at logits like 1000 and -1000 is (softmax - targets) / batch, without a nan."""
        z, targets = extreme_logits(rng)
        logits = tensor(z)

        adapters.run_tensor_backward(adapters.run_cross_entropy(logits, tensor(targets)))

        assert_close(tensor_grad(logits), (softmax(z) - targets) / len(z))

    def test_leaves_its_inputs_unchanged(self, rng):
        """Computing the loss and its gradient changes the data of neither logits nor targets."""
        batch, classes = different(rng, 2)
        z, t = rng.normal(size=(batch, classes)), drawn_targets(rng, batch, classes)
        logits, targets = tensor(z), tensor(t)

        adapters.run_tensor_backward(adapters.run_cross_entropy(logits, targets))

        assert_all_close(data_of([logits, targets]), [z, t])
        assert_close(tensor_grad(logits), (softmax(z) - t) / batch, **LOOSELY)

    def test_backward_costs_a_few_forward_passes(self, rng, backward_cost):
        """The gradient of the loss costs a few forward passes for a thousand logits."""
        logits, weights = rng.standard_normal((50, 60)), np.array(rng.uniform(0.5, 2.0))
        targets = np.eye(60)[rng.integers(60, size=50)]

        probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        expected = [weights * (probabilities - targets) / 50]
        backward_cost.check_tensors(
            adapters,
            [logits],
            lambda x: adapters.run_cross_entropy(x, adapters.create_tensor(targets)),
            weights,
            expected,
        )
