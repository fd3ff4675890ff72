"""The MNIST bonus: an MLP trained on 60,000 handwritten digits."""

import numpy as np  # solution

from smulgrad.nn import MLP, SGD, cross_entropy  # solution
from tests.mnist_utils import compute_accuracy, load_mnist, mini_batch_iterator  # solution


def train_mnist(hidden_size=128, learning_rate=0.5, batch_size=64, epochs=2):
    """Return an MLP trained by SGD on mini-batches for `epochs` passes, and its accuracy on the test images."""
    # BEGIN SOLUTION
    train_x, train_y, test_x, test_y = load_mnist()
    model = MLP(train_x.shape[1], hidden_size, train_y.shape[1], dtype=np.float32)
    optimizer = SGD(model.parameters(), learning_rate)
    for _ in range(epochs):
        for x, y in mini_batch_iterator(train_x, train_y, batch_size):
            optimizer.zero_grad()
            cross_entropy(model(x), y).backward()
            optimizer.step()
    return model, compute_accuracy(model(test_x).data, test_y)
    # END SOLUTION
