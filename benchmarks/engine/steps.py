"""One training step of a network 784-hidden-10 on every engine: loss, gradients, gradient descent.

Each gets the same float32 numbers, labels in the form that it likes best, and is used as its own users would
at its best; a step ends with the loss as a Python float.
"""

import itertools

import numpy as np
from first_order import Node
from first_order import cross_entropy as first_order_loss
from smulgrad.nn import MLP, SGD, cross_entropy
from smulgrad.node import grad

PIXELS, CLASSES = 784, 10
LEARNING_RATE = 0.1


class Problem:
    """Images (batch, 784), labels (batch,), and weights to start from, as float32 arrays."""

    def __init__(self, hidden, batch):
        """Draw them at random, the same for everyone."""
        rng = np.random.default_rng(0)
        self.sizes = PIXELS, hidden, CLASSES
        self.images = rng.random((batch, PIXELS), np.float32)
        self.labels = rng.integers(CLASSES, size=batch)
        self.one_hot = np.eye(CLASSES, dtype=np.float32)[self.labels]
        self.start = []
        for inputs, outputs in itertools.pairwise(self.sizes):
            self.start += [rng.normal(0, inputs**-0.5, (inputs, outputs)), np.zeros(outputs)]

    @property
    def weights(self):
        """Return new arrays w1, b1, w2, b2."""
        return [array.astype(np.float32) for array in self.start]


def ours(problem):
    """Return our step."""
    model = model_of(problem)
    optimizer = SGD(model.parameters(), LEARNING_RATE)

    def step():
        optimizer.zero_grad()
        loss = cross_entropy(model(problem.images), problem.one_hot)
        loss.backward()
        optimizer.step()
        return float(loss.data)

    return step


def model_of(problem):
    """Return our network with the problem's weights."""
    model = MLP(*problem.sizes)
    for parameter, array in zip(model.parameters(), problem.weights, strict=True):
        parameter.data = array
    return model


def without_higher_derivatives(problem):
    """Return the step of an engine like ours that knows first derivatives only."""
    w1, b1, w2, b2 = parameters = [Node(array) for array in problem.weights]

    def step():
        for parameter in parameters:
            parameter.grad = None
        loss = first_order_loss((problem.images @ w1 + b1).relu() @ w2 + b2, problem.one_hot)
        loss.backward()
        for parameter in parameters:
            parameter.data -= LEARNING_RATE * parameter.grad
        return float(loss.data)

    return step


def by_hand(problem):
    """Return the step with every derivative worked out by hand, in numpy, in place where that is possible."""
    w1, b1, w2, b2 = problem.weights
    x, labels, rows = problem.images, problem.labels, np.arange(len(problem.labels))

    def step():
        h = x @ w1
        h += b1
        np.maximum(h, 0, out=h)
        z = h @ w2
        z += b2
        z -= z.max(axis=1, keepdims=True)
        picked = z[rows, labels]
        np.exp(z, out=z)
        totals = z.sum(axis=1, keepdims=True)
        loss = float(np.mean(np.log(totals[:, 0]) - picked))
        z /= totals
        z[rows, labels] -= 1
        z /= len(rows)
        dh = z @ w2.T
        dh *= h > 0
        gradients = x.T @ dh, dh.sum(axis=0), h.T @ z, z.sum(axis=0)
        for array, gradient in zip((w1, b1, w2, b2), gradients, strict=True):
            np.subtract(array, np.multiply(gradient, LEARNING_RATE, out=gradient), out=array)
        return loss

    return step


def torchs(problem):
    """Return PyTorch's step: eager, with its own linear layer and loss and without an optimizer object."""
    import torch
    from torch.nn.functional import cross_entropy as loss_of
    from torch.nn.functional import linear

    w1, b1, w2, b2 = parameters = torch_parameters(problem)
    x, labels = torch.from_numpy(problem.images), torch.from_numpy(problem.labels)

    def step():
        loss = loss_of(linear(linear(x, w1, b1).relu(), w2, b2), labels)
        loss.backward()
        with torch.no_grad():
            for parameter in parameters:
                parameter.sub_(parameter.grad, alpha=LEARNING_RATE)
                parameter.grad = None
        return loss.item()

    return step


def torch_parameters(problem):
    """Return the weights as PyTorch keeps them, a row for each output."""
    import torch

    return [torch.tensor(np.ascontiguousarray(array.T), requires_grad=True) for array in problem.weights]


def autograds(problem):
    """Return the step of HIPS autograd."""
    import autograd.numpy as anp
    from autograd import value_and_grad

    weights, rows = problem.weights, np.arange(len(problem.labels))

    def loss_of(weights):
        w1, b1, w2, b2 = weights
        z = anp.maximum(problem.images @ w1 + b1, 0) @ w2 + b2
        z = z - anp.max(z, axis=1, keepdims=True)
        return anp.mean(anp.log(anp.sum(anp.exp(z), axis=1)) - z[rows, problem.labels])

    gradient_of = value_and_grad(loss_of)

    def step():
        loss, gradients = gradient_of(weights)
        for array, gradient in zip(weights, gradients, strict=True):
            np.subtract(array, LEARNING_RATE * gradient, out=array)
        return float(loss)

    return step


def our_hessian_product(problem):
    """Return the function that multiplies the Hessian of the loss with a vector, by two sweeps."""
    model = model_of(problem)
    parameters, vector = model.parameters(), problem.weights

    def product():
        loss = cross_entropy(model(problem.images), problem.one_hot)
        first = grad(loss, parameters, create_graph=True)
        return grad(sum((g * v).sum() for g, v in zip(first, vector, strict=True)), parameters)

    return product


def torchs_hessian_product(problem):
    """Return the same in PyTorch."""
    import torch
    from torch.nn.functional import cross_entropy as loss_of
    from torch.nn.functional import linear

    w1, b1, w2, b2 = parameters = torch_parameters(problem)
    vector = [parameter.detach() for parameter in torch_parameters(problem)]
    x, labels = torch.from_numpy(problem.images), torch.from_numpy(problem.labels)

    def product():
        loss = loss_of(linear(linear(x, w1, b1).relu(), w2, b2), labels)
        first = torch.autograd.grad(loss, parameters, create_graph=True)
        return torch.autograd.grad(sum((g * v).sum() for g, v in zip(first, vector, strict=True)), parameters)

    return product


STEPS = {
    "ours": ours,
    "numpy by hand": by_hand,
    "first derivatives only": without_higher_derivatives,
    "autograd": autograds,
    "torch": torchs,
}
HESSIAN_PRODUCTS = {"ours": our_hessian_product, "torch": torchs_hessian_product}
