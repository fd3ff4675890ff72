import numpy as np

from smulgrad.engine import Tensor


class Linear:
    """x @ W + b"""

    def __init__(self, in_features, out_features):
        self.W = Tensor(np.random.randn(in_features, out_features) * 0.01)
        self.b = Tensor(np.zeros(out_features))

    def __call__(self, x):
        return x @ self.W + self.b

    def parameters(self):
        return [self.W, self.b]


def softmax(x, axis=-1):
    e = (x - x.max(axis=axis, keepdims=True)).exp()
    return e / e.sum(axis=axis, keepdims=True)


def cross_entropy(logits, targets):
    z = logits - logits.max(axis=-1, keepdims=True)
    loss = z.exp().sum(axis=-1).log() - (targets * z).sum(axis=-1)
    return loss.mean()


class SGD:
    """Steps against the gradient."""

    def __init__(self, parameters, lr=0.01):
        self.parameters = parameters
        self.lr = lr

    def step(self):
        for p in self.parameters:
            p.data -= self.lr * p.grad

    def zero_grad(self):
        for p in self.parameters:
            p.grad = np.zeros_like(p.data)


class MLP:
    """Linear, ReLU, Linear; its parameters are the weights, then the biases."""

    def __init__(self, input_size, hidden_size, output_size):
        self.layer1 = Linear(input_size, hidden_size)
        self.layer2 = Linear(hidden_size, output_size)

    def __call__(self, x):
        return self.layer2(self.layer1(x).relu())

    def parameters(self):
        return [self.layer1.W, self.layer2.W, self.layer1.b, self.layer2.b]


def check_gradients(f, input, epsilon=1e-5, tolerance=1e-4):
    output = f(input)
    output.backward()
    analytical = input.grad.copy()
    ok = True
    for index in np.ndindex(input.data.shape):
        old = input.data[index]
        input.data[index] = old + epsilon
        above = f(input).data.sum()
        input.data[index] = old - epsilon
        below = f(input).data.sum()
        input.data[index] = old
        numerical = (above - below) / (2 * epsilon)
        a = analytical[index]
        error = abs(a - numerical) / (max(abs(a), abs(numerical)) + epsilon)
        if error >= tolerance:
            ok = False
    return ok
