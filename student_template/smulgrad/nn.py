"""Neural networks on Tensors: layers, softmax and its loss, gradient descent, gradient checking."""

from collections.abc import Callable, Iterable

import numpy as np

from smulgrad.engine import Tensor


class Linear:
    """The affine map x @ weight + bias, from (batch, in_features) to (batch, out_features)."""

    def __init__(self, in_features: int, out_features: int) -> None:
        """Make the Tensors `weight` (in_features, out_features), small and random, and `bias`, zeros."""
        raise NotImplementedError(
            "Linear.__init__: make the Tensors `weight` (in_features, out_features), small and random, and "
            "`bias`, zeros"
        )

    def __call__(self, x: Tensor) -> Tensor:
        """Return x @ weight + bias."""
        raise NotImplementedError("Linear.__call__: return x @ weight + bias")

    def parameters(self) -> list[Tensor]:
        """Return [weight, bias]."""
        raise NotImplementedError("Linear.parameters: return [weight, bias]")


class MLP:
    """Two linear layers with a relu between them."""

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        """Make the layers input -> hidden and hidden -> output."""
        raise NotImplementedError("MLP.__init__: make the layers input -> hidden and hidden -> output")

    def __call__(self, x: Tensor) -> Tensor:
        """Return the logits (batch, output_size) for `x` of shape (batch, input_size)."""
        raise NotImplementedError(
            "MLP.__call__: return the logits (batch, output_size) for `x` of shape (batch, input_size)"
        )

    def parameters(self) -> list[Tensor]:
        """Return the parameters of both layers, the hidden one's first."""
        raise NotImplementedError(
            "MLP.parameters: return the parameters of both layers, the hidden one's first"
        )


def softmax(x: Tensor, axis: int = -1) -> Tensor:
    """Return exp(x) / sum(exp(x)) along `axis`, shifted by the maximum first so that nothing overflows."""
    raise NotImplementedError(
        "softmax: return exp(x) / sum(exp(x)) along `axis`, shifted by the maximum first so that nothing "
        "overflows"
    )


def softmax_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the mean cross-entropy of `logits` (batch, classes) and one-hot `targets` as a scalar Tensor.

    `targets` (a Tensor or an array, each row with the sum 1) are data and get no gradient.
    """
    raise NotImplementedError(
        "softmax_cross_entropy: return the mean cross-entropy of `logits` (batch, classes) and one-hot "
        "`targets` as a scalar Tensor"
    )


cross_entropy = softmax_cross_entropy


class SGD:
    """Stochastic gradient descent: p.data <- p.data - lr * p.grad for each parameter p."""

    def __init__(self, parameters: Iterable[Tensor], lr: float = 0.01) -> None:
        """Remember the list of parameter Tensors and the learning rate."""
        raise NotImplementedError(
            "SGD.__init__: remember the list of parameter Tensors and the learning rate"
        )

    def step(self) -> None:
        """Subtract lr * grad from every parameter's data, in place."""
        raise NotImplementedError("SGD.step: subtract lr * grad from every parameter's data, in place")

    def zero_grad(self) -> None:
        """Set every parameter's gradient to zero."""
        raise NotImplementedError("SGD.zero_grad: set every parameter's gradient to zero")


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
    raise NotImplementedError(
        "check_gradients: return True if the gradient of `f` at `input` by backward agrees with central "
        "differences"
    )
