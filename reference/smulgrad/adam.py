"""The bonus on optimizers: Adam, gradient descent with momentum and a step size for each number."""

from collections.abc import Iterable

import numpy as np

from smulgrad.engine import Tensor


class Adam:
    """Adaptive moment estimation (Kingma and Ba, 2015).

    With each gradient g of a parameter p its running means m of g and v of g**2 move on:

        m <- beta1 * m + (1 - beta1) * g
        v <- beta2 * v + (1 - beta2) * g**2

    They start at 0 and are too small at first; after t steps the bias is undone by 1 - beta**t:

        p <- p - lr * (m / (1 - beta1**t)) / (sqrt(v / (1 - beta2**t)) + eps)
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        """Remember the parameter Tensors and the settings; both means of every parameter start at zero."""
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = 0
        self._means = [np.zeros_like(parameter.data) for parameter in self.parameters]
        self._mean_squares = [np.zeros_like(parameter.data) for parameter in self.parameters]

    def step(self) -> None:
        """Move every parameter's data by one step, in place."""
        self.steps += 1
        beta1, beta2 = self.betas
        unbias1, unbias2 = 1 - beta1**self.steps, 1 - beta2**self.steps
        for p, m, v in zip(self.parameters, self._means, self._mean_squares, strict=True):
            m[...] = beta1 * m + (1 - beta1) * p.grad
            v[...] = beta2 * v + (1 - beta2) * p.grad**2
            p.data -= self.lr * (m / unbias1) / (np.sqrt(v / unbias2) + self.eps)

    def zero_grad(self) -> None:
        """Set every parameter's gradient to zero."""
        for parameter in self.parameters:
            parameter.grad = None  # reads as zeros
