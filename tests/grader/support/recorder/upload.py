"""Records the reference under some seeds, and hands in players that hold the record."""

import base64
import zlib
from pathlib import Path

import numpy as np

from grader.core.scoring import score
from grader.intake import read_archive
from grader.suite.messages import SuiteJob
from tests.assignment.samples import ROOT, read_files
from tests.grader.support.corpus import zipped
from tests.grader.support.recorder.conversation import RecordingRunner
from tests.grader.support.recorder.recording import Recording
from tests.mnist_format import as_training_arrays
from tests.mnist_utils import load_mnist_raw

PLAYER = Path(__file__).parent / "player"
DIGITS = Path(__file__).parent / "digits" / "adapters.py"
KEPT_AXES = 32
WAYS = ("position", "content", "nearest", "copies")
FORMS = {
    "wire": "from player.wire import Wire\nWire(game).play()\n",
    "adapters": "from player.ghosts import Stage\n__getattr__ = Stage(game).adapter\n",
}
START = """from player.book import Search, read_book
from player.game import Game
game = Game(Search(read_book(), {way!r}))
"""


def record(ready, seeds, left_out):
    """Return the reference's answers under each of `seeds`, as the modules of a book."""
    recording = Recording()
    for seed in seeds:
        runner = RecordingRunner(ready.runner)
        ready.suite.run(SuiteJob(read_files(ROOT / "reference"), seed, left_out), runner)
        for conversation in runner.conversations:
            recording.add(conversation)
    return recording.modules()


def player(book, form, way):
    """Return the files of a submission that plays the modules of a book back, as intake keeps them."""
    files = {
        **{f"player/{name}": content for name, content in [*read_files(PLAYER).items(), *book.items()]},
        "tests/adapters.py": (START.format(way=way) + FORMS[form]).encode(),
    }
    return read_archive(zipped(files)).files


def digits_player():
    """Return the files of a submission that holds the published labels of the test images of MNIST."""
    _, _, images, digits = load_mnist_raw()
    pixels = as_training_arrays(images, digits)[0].astype(np.float32)
    axes = np.linalg.eigh(pixels.T @ pixels)[1][:, -KEPT_AXES:].astype(np.float32)
    arrays = {"LABELS": digits.astype(np.uint8), "AXES": axes, "PLACES": (pixels @ axes).astype(np.float16)}
    packed = {name: base64.b85encode(zlib.compress(array.tobytes())) for name, array in arrays.items()}
    text = "".join(f"{name} = {content!r}\n" for name, content in packed.items())
    files = {"tests/adapters.py": DIGITS.read_bytes(), "labels.py": text.encode()}
    return read_archive(zipped(files)).files


def graded(ready, files, seed, left_out, rubric):
    """Return the score of a submission, and the outcome of the suite."""
    outcome = ready.suite.run(SuiteJob(files, seed, left_out), ready.runner)
    return score(rubric, outcome.expected, outcome.results), outcome
