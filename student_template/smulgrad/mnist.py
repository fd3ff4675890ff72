"""The MNIST bonus: an MLP trained on 60,000 handwritten digits.

`tests.mnist_utils` has the rest: load_mnist, mini_batch_iterator and compute_accuracy; and
tell_loss, for a curve of the loss on the page that shows training being graded.
"""


def train_mnist(hidden_size: int, learning_rate: float, batch_size: int, epochs: int) -> tuple:
    """Return an MLP trained by SGD on mini-batches for `epochs` passes, and its test accuracy in 0..1."""
    raise NotImplementedError(
        "train_mnist: return an MLP trained by SGD on mini-batches for `epochs` passes, and its test "
        "accuracy in 0..1"
    )
