"""A demo's command line, and the one line that tells why a demo cannot go on."""

import argparse
from contextlib import contextmanager
from pathlib import Path

from tests.mnist_format import MnistUnavailable


def parse_options(description, **numbers):
    """Return the options --headless and --submission, and one for each of `numbers` with its default."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--headless", type=Path, metavar="OUT", help="write PNG files into OUT, open no window"
    )
    parser.add_argument("--submission", type=Path, metavar="DIR", help="the project to show (default: this)")
    for name, default in numbers.items():
        parser.add_argument(
            f"--{name}", type=positive, default=default, metavar="N", help="(default: %(default)s)"
        )
    return parser.parse_args()


def positive(text):
    """Return the whole number from 1 on that `text` says. Raises ValueError, which argparse tells."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


@contextmanager
def told_in_a_line():
    """End the program with one line when a part of the student's code, or MNIST, is not there yet."""
    try:
        yield
    except NotImplementedError as missing:
        raise SystemExit(f"The demo needs a part that you have not written yet: {missing}.") from None
    except ImportError as broken:
        raise SystemExit(f"{broken}\n`uv run pytest -k part1` tells more.") from None
    except MnistUnavailable as missing:
        raise SystemExit(str(missing)) from None
