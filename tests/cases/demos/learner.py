"""A student's network in training, reached through the adapters and nothing else."""

import importlib
from pathlib import Path

import numpy as np

from tests.cases.binding import bind, default_submission

ROOT = Path(__file__).resolve().parents[3]


class Learner:
    """An MLP of the project under test, trained by its own cross-entropy and gradient descent."""

    def __init__(self, submission, *sizes):
        """Make a network of `sizes` (inputs, hidden, outputs) by the project in the folder `submission`.

        None means the project that this file is in. Exits with a message when there are no adapters.
        """
        try:
            bind(submission or default_submission(ROOT))
        except FileNotFoundError as missing:
            raise SystemExit(str(missing)) from None
        self._adapters = importlib.import_module("tests.adapters")
        self._network = self._adapters.create_mlp(*sizes)
        self._parameters = self._adapters.get_mlp_parameters(self._network)

    @property
    def size(self):
        """How many numbers the network learns."""
        return sum(np.size(self._adapters.get_tensor_data(parameter)) for parameter in self._parameters)

    def step(self, inputs, targets, lr):
        """Take one step of gradient descent on the mean loss against one-hot `targets`; return that loss."""
        self._adapters.zero_grad(self._parameters)
        loss = self._adapters.run_cross_entropy(self._output(inputs), self._adapters.create_tensor(targets))
        self._adapters.run_tensor_backward(loss)
        self._adapters.run_sgd_step(self._parameters, lr)
        return float(self._adapters.get_tensor_data(loss))

    def probabilities(self, inputs):
        """Return how likely the network thinks each class, (n, classes): the softmax of its scores."""
        scores = np.asarray(self._adapters.get_tensor_data(self._output(inputs)))
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def _output(self, inputs):
        return self._adapters.run_mlp(self._network, self._adapters.create_tensor(inputs))
