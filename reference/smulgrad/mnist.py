"""The MNIST bonus: an MLP trained on 60,000 handwritten digits.

`tests.mnist_utils` has the rest: load_mnist, mini_batch_iterator and compute_accuracy; and
tell_loss, for a curve of the loss on the page that shows training being graded.
"""

import numpy as np  # solution

from smulgrad.nn import MLP, SGD, cross_entropy
from tests.mnist_utils import compute_accuracy, load_mnist, mini_batch_iterator, tell_loss


def train_mnist(hidden_size: int, learning_rate: float, batch_size: int, epochs: int) -> tuple:
    """Return an MLP trained by SGD on mini-batches for `epochs` passes, and its test accuracy in 0..1."""
    train_x, train_y, test_x, test_y = load_mnist()
    model = MLP(train_x.shape[1], hidden_size, train_y.shape[1])
    for parameter in model.parameters():
        parameter.data = parameter.data.astype(np.float32)  # as the images are, and faster than float64
    optimizer = SGD(model.parameters(), learning_rate)
    for _ in range(epochs):
        for x, y in mini_batch_iterator(train_x, train_y, batch_size):
            optimizer.zero_grad()
            loss = cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            tell_loss(loss.data)
    return model, compute_accuracy(model(test_x).data, test_y)
