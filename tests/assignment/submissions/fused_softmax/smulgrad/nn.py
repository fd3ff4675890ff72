import numpy as np

from smulgrad.engine import Tensor


class Module:
    def parameters(self):
        found = []
        for each in vars(self).values():
            found += [each] if isinstance(each, Tensor) else each.parameters()
        return found


class Linear(Module):
    def __init__(self, in_features, out_features):
        self.bias = Tensor(np.zeros(out_features))
        self.weight = Tensor(np.random.normal(scale=in_features**-0.5, size=(in_features, out_features)))

    def __call__(self, x):
        return x @ self.weight + self.bias


class MLP(Module):
    def __init__(self, input_size, hidden_size, output_size):
        self.second = Linear(hidden_size, output_size)
        self.first = Linear(input_size, hidden_size)

    def __call__(self, x):
        return self.second(self.first(x).relu())


def probabilities(x, axis):
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def softmax(x, axis=-1):
    s = probabilities(x.data, axis)
    out = Tensor(s, (x,), "softmax")

    def _backward():
        x.grad += s * (out.grad - (out.grad * s).sum(axis=axis, keepdims=True))

    out._backward = _backward
    return out


def cross_entropy(logits, targets):
    z, t = logits.data, targets.data
    top = z.max(axis=-1, keepdims=True)
    logs = np.log(np.exp(z - top).sum(axis=-1)) + top[..., 0]
    out = Tensor((logs - (t * z).sum(axis=-1)).mean(), (logits, targets), "cross-entropy")

    def _backward():
        logits.grad += out.grad * (probabilities(z, -1) - t) / len(z)

    out._backward = _backward
    return out


class SGD:
    def __init__(self, parameters, lr=0.01):
        self.parameters, self.lr = list(parameters), lr

    def step(self):
        for p in self.parameters:
            p.data = p.data - self.lr * p.grad

    def zero_grad(self):
        for p in self.parameters:
            p.grad[...] = 0


def check_gradients(f, input, epsilon=1e-5, tolerance=1e-4):
    input.grad = np.zeros_like(input.data)
    f(input).backward()
    analytical, start = input.grad.ravel().copy(), input.data.copy()
    numerical = np.empty_like(analytical)
    for i in range(start.size):
        ends = []
        for sign in (1, -1):
            moved = start.copy()
            moved.flat[i] += sign * epsilon
            input.data = moved
            ends.append(f(input).data)
        numerical[i] = (ends[0] - ends[1]) / (2 * epsilon)
    input.data = start
    scale = np.maximum(np.abs(analytical), np.abs(numerical)) + epsilon
    return np.all(np.abs(analytical - numerical) / scale < tolerance)
