"""Neural networks on Tensors: layers, softmax and its loss, gradient descent, gradient checking."""

from collections.abc import Callable, Iterable

import numpy as np

from smulgrad.engine import Tensor
from smulgrad.rules import RULES


class Linear:
    """The affine map x @ weight + bias, from (batch, in_features) to (batch, out_features)."""

    def __init__(self, in_features: int, out_features: int) -> None:
        """Make the Tensors `weight` (in_features, out_features), small and random, and `bias`, zeros."""
        bound = 1 / np.sqrt(in_features)
        self.weight = Tensor(np.random.uniform(-bound, bound, (in_features, out_features)))  # noqa: NPY002
        self.bias = Tensor(np.zeros(out_features))

    def __call__(self, x: Tensor) -> Tensor:
        """Return x @ weight + bias."""
        return x @ self.weight + self.bias  # x may be a plain array: it gets no gradient

    def parameters(self) -> list[Tensor]:
        """Return [weight, bias]."""
        return [self.weight, self.bias]


class MLP:
    """Two linear layers with a relu between them."""

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        """Make the layers input -> hidden and hidden -> output."""
        self.hidden = Linear(input_size, hidden_size)
        self.output = Linear(hidden_size, output_size)

    def __call__(self, x: Tensor) -> Tensor:
        """Return the logits (batch, output_size) for `x` of shape (batch, input_size)."""
        return self.output(self.hidden(x).relu())

    def parameters(self) -> list[Tensor]:
        """Return the parameters of both layers, the hidden one's first."""
        return self.hidden.parameters() + self.output.parameters()


def softmax(x: Tensor, axis: int = -1) -> Tensor:
    """Return exp(x) / sum(exp(x)) along `axis`, shifted by the maximum first so that nothing overflows."""
    exps = (x - x.max(axis, keepdims=True)).exp()
    return exps / exps.sum(axis, keepdims=True)


def softmax_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the mean cross-entropy of `logits` (batch, classes) and one-hot `targets` as a scalar Tensor.

    `targets` (a Tensor or an array, each row with the sum 1) are data and get no gradient.
    """
    targets = targets.data if isinstance(targets, Tensor) else targets
    if targets.shape != logits.shape:
        raise ValueError(f"cross_entropy: logits {logits.shape} and targets {targets.shape} differ in shape")
    shifted = logits.data - logits.data.max(axis=-1, keepdims=True)
    exps = np.exp(shifted)
    totals = exps.sum(axis=-1, keepdims=True)
    loss = (np.log(totals).sum() - (shifted * targets).sum()) / len(targets)
    return Tensor.from_op(loss, "cross_entropy", logits, (targets, exps / totals))


cross_entropy = softmax_cross_entropy


# The loss is one operation instead of the eight that it consists of: its gradient, the mean's part of
# softmax(x) - targets (handout, equation 15), is simpler than any of theirs. The probabilities are known from
# the way there; where derivatives are to be differentiated again, they are so as the softmax of x.
def _cross_entropy_rule(g, z, x, known):
    targets, probabilities = known
    if isinstance(x, Tensor):
        probabilities = Tensor.from_op(probabilities, "softmax", x)
    return (probabilities - targets) * (g / len(targets))


RULES["cross_entropy"] = (_cross_entropy_rule, None)
RULES["softmax"] = (lambda g, z, x, y: z * (g - (g * z).sum(axis=-1, keepdims=True)), None)


class SGD:
    """Stochastic gradient descent: p.data <- p.data - lr * p.grad for each parameter p."""

    def __init__(self, parameters: Iterable[Tensor], lr: float = 0.01) -> None:
        """Remember the list of parameter Tensors and the learning rate."""
        self.parameters = list(parameters)
        self.lr = lr

    def step(self) -> None:
        """Subtract lr * grad from every parameter's data, in place."""
        for parameter in self.parameters:
            parameter.data -= self.lr * parameter.grad

    def zero_grad(self) -> None:
        """Set every parameter's gradient to zero."""
        for parameter in self.parameters:
            parameter.grad = None  # reads as zeros


def check_gradients(
    f: Callable[[Tensor], Tensor],
    input: Tensor,  # noqa: A002 - the handout's name
    epsilon: float = 1e-5,
    tolerance: float = 1e-4,
    *,
    stacked: bool = False,
) -> bool:
    """Return True if the gradient of `f` at `input` by backward agrees with central differences.

    `f` takes a Tensor and returns a scalar Tensor. The largest relative error
    |analytic - numeric| / (max(|analytic|, |numeric|) + epsilon) must be below `tolerance`. `input` is as
    before afterwards, its `.grad` too. With `stacked` the changed copies of `input` go through `f` all at
    once, on a new first axis, which `f` must keep. (Handout, problem gradient_check.)
    """
    probe = Tensor(input.data.copy())
    f(probe).backward()
    values = _values_at_once if stacked else _values_one_by_one
    analytic = probe.grad.reshape(-1)
    numeric = (values(f, input.data, epsilon) - values(f, input.data, -epsilon)) / (2 * epsilon)
    scale = np.maximum(abs(analytic), abs(numeric)) + epsilon
    return bool((abs(analytic - numeric) / scale < tolerance).all())


def _values_one_by_one(f, x, step):
    """Return f(x) for each copy of the array `x` in which one number is moved by `step`."""
    values = np.empty(x.size)
    for place in range(x.size):
        moved = x.copy()
        moved.flat[place] += step
        values[place] = f(Tensor(moved)).data.sum()
    return values


def _values_at_once(f, x, step):
    """Return the same, from one call of `f` with all copies in a stack."""
    moved = x + step * np.eye(x.size, dtype=x.dtype).reshape(-1, *x.shape)
    values = f(Tensor(moved)).data
    if values.shape != (x.size,):
        raise ValueError(
            f"check_gradients: for a stack of {x.size} inputs f returned the shape {values.shape}; it must "
            "keep the first axis, or be checked without `stacked`"
        )
    return values
