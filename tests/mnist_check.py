"""Says whether MNIST is there, and downloads it if need be: `python -m tests.mnist_check`."""

import sys

from tests.mnist_utils import MnistUnavailable, load_mnist_raw


def main():
    """Load the four files, and say so or end with the reason."""
    try:
        images, _, test_images, _ = load_mnist_raw()
    except MnistUnavailable as missing:
        raise SystemExit(str(missing)) from None
    sys.stdout.write(f"MNIST is here: {len(images):,} images to train on, {len(test_images):,} to test.\n")


if __name__ == "__main__":
    main()
