"""The adapters as a tape records them: a right engine without rules of differentiation."""

import numpy as np

from tests.cases.diagnosis.sweep import gradients
from tests.cases.diagnosis.tape import Tape


class Recorder:
    """Stands in for `tests.adapters`. An adapter that is missing here ends a replay."""

    def __init__(self):
        """Begin with an empty tape."""
        self.tape = Tape()

    # Values and tensors

    def create_value(self, data):
        """Return a node for a number."""
        return self.tape.leaf(data, is_scalar=True)

    def create_tensor(self, data):
        """Return a node for an array."""
        return self.tape.leaf(data, is_scalar=False)

    def get_value_data(self, v):
        """Return the value of a node."""
        return v.data

    def get_value_grad(self, v):
        """Return the gradient of a node."""
        return v.grad

    get_tensor_data, get_tensor_grad = get_value_data, get_value_grad

    def run_backward(self, v):
        """Note a backward pass."""
        v.backward()

    run_tensor_backward = run_backward

    # Operations

    def run_add(self, a, b):
        """Return a + b."""
        return self.tape.apply("+", a, b)

    def run_mul(self, a, b):
        """Return a * b."""
        return self.tape.apply("*", a, b)

    run_tensor_add, run_tensor_mul = run_add, run_mul

    def run_sub(self, a, b):
        """Return a - b."""
        return self.tape.apply("-", a, b)

    def run_div(self, a, b):
        """Return a / b."""
        return self.tape.apply("/", a, b)

    def run_pow(self, a, n):
        """Return a ** n."""
        return self.tape.apply("**", a, n)

    def run_matmul(self, a, b):
        """Return a @ b."""
        return self.tape.apply("@", a, b)

    def run_neg(self, a):
        """Return -a."""
        return self.tape.apply("neg", a)

    def run_relu(self, a):
        """Return relu(a)."""
        return self.tape.apply("relu", a)

    def run_exp(self, a):
        """Return exp(a)."""
        return self.tape.apply("exp", a)

    def run_log(self, a):
        """Return log(a)."""
        return self.tape.apply("log", a)

    def run_tanh(self, a):
        """Return tanh(a)."""
        return self.tape.apply("tanh", a)

    run_tensor_relu, run_tensor_exp, run_tensor_log = run_relu, run_exp, run_log

    def run_tensor_sum(self, a, **settings):
        """Return the sum of a."""
        return self.tape.apply("sum", a, **settings)

    def run_tensor_mean(self, a, **settings):
        """Return the mean of a."""
        return self.tape.apply("mean", a, **settings)

    def run_tensor_max(self, a, **settings):
        """Return the maximum of a."""
        return self.tape.apply("max", a, **settings)

    def run_tensor_reshape(self, a, shape):
        """Return a in another shape."""
        return self.tape.apply("reshape", a, shape=shape)

    def run_tensor_transpose(self, a):
        """Return the transpose of a."""
        return self.tape.apply("transpose", a)

    def run_softmax(self, a, axis=-1):
        """Return the softmax of a."""
        return self.tape.apply("softmax", a, axis=axis)

    def run_cross_entropy(self, logits, targets):
        """Return the mean cross-entropy."""
        return self.tape.apply("cross_entropy", logits, targets)

    def run_conv2d(self, x, weight, bias, stride=1, padding=0):
        """Return the convolution."""
        return self.tape.apply("conv2d", x, weight, bias, stride=stride, padding=padding)

    def run_second_derivative(self, f, x):
        """Return a number that stands for the second derivative of `f` at `x`."""
        node = f(self.create_value(x))
        return self.tape.hand_out(np.zeros(()), node, "second")

    # Layers and training

    def create_linear_layer(self, in_features, out_features):
        """Return the weight and the bias of a layer, which a test replaces or reads."""
        weight = np.random.default_rng(0).normal(scale=0.01, size=(in_features, out_features))
        return [self.create_tensor(weight), self.create_tensor(np.zeros(out_features))]

    def run_linear_layer(self, layer, x):
        """Return x @ weight + bias."""
        return x @ layer[0] + layer[1]

    def get_linear_parameters(self, layer):
        """Return the weight and the bias."""
        return list(layer)

    get_mlp_parameters = get_linear_parameters

    def create_mlp(self, input_size, hidden_size, output_size):
        """Return the parameters of two layers."""
        layers = ((input_size, hidden_size), (hidden_size, output_size))
        return [each for sizes in layers for each in self.create_linear_layer(*sizes)]

    def run_mlp(self, mlp, x):
        """Return the output of two layers with a relu between them for x."""
        return self.run_linear_layer(mlp[2:], self.run_linear_layer(mlp[:2], x).relu())

    def run_sgd_step(self, parameters, lr):
        """Move parameters against their gradients."""
        held = gradients(self.tape.events)
        for node in parameters:
            node.data = node.array - lr * held.get(node, np.zeros(node.array.shape))

    def zero_grad(self, parameters):
        """Set gradients to zero."""
        for node in parameters:
            node.grad = np.zeros(node.array.shape)
