"""The folder with the training split of MNIST, which a submission may read while it is graded.

The grader asks for the folder before it does anything else, so this module imports little.
"""

import os
import sys
from pathlib import Path

TRAINING_FILES = ("train-images.npy", "train-labels.npy")  # in the folder that SMULGRAD_TRAINING_DATA names


def cache_folder():
    """Return the folder that keeps downloads."""
    if sys.platform == "win32" and os.environ.get("LOCALAPPDATA"):
        return Path(os.environ["LOCALAPPDATA"]) / "smulgrad"
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (chosen if chosen.is_absolute() else Path.home() / ".cache") / "smulgrad"


def is_complete(folder):
    """Return whether `folder` holds the training split."""
    return all((folder / name).is_file() for name in TRAINING_FILES)


def training_folder():
    """Return the folder with the training split, which is made if need be; None where no source has MNIST."""
    folder = cache_folder() / "training-split"
    if not is_complete(folder):
        from tests import mnist_utils  # noqa: PLC0415 - slow to import, and rarely needed

        try:
            mnist_utils.export_training_split(folder)
        except mnist_utils.MnistUnavailable:
            return None  # the fixture `mnist` says why
    return folder
