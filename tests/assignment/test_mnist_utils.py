"""The MNIST functions that students use, and the stand-in that a graded submission gets in their place."""

import ast
import inspect
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from tests import mnist_format, mnist_split, mnist_utils
from tests.mnist_format import MnistUnavailable, as_training_arrays, compute_accuracy, mini_batch_iterator
from tests.provided import mnist_utils as stand_in


class TestMiniBatches:
    """Batches for one pass over the data."""

    def test_every_example_comes_once_and_keeps_its_target(self):
        """Shuffled batches hold all pairs, the last batch the remaining ones."""
        x = np.arange(10.0)[:, None]

        batches = list(mini_batch_iterator(x, 10 * x, 4, rng=np.random.default_rng(1)))

        inputs, targets = (np.concatenate(part)[:, 0] for part in zip(*batches, strict=True))
        assert [len(batch) for batch, _ in batches] == [4, 4, 2]
        assert sorted(inputs) == list(range(10))
        assert inputs.tolist() != list(range(10))
        assert targets.tolist() == (10 * inputs).tolist()

    def test_without_shuffling_the_order_is_kept(self):
        """Batches follow the data."""
        batches = [list(x) for x, _ in mini_batch_iterator(np.arange(5), np.arange(5), 2, shuffle=False)]

        assert batches == [[0, 1], [2, 3], [4]]

    def test_the_global_seed_repeats_the_order(self):
        """A student who seeds numpy gets the same batches again."""

        def order_after_seeding():
            np.random.seed(7)  # noqa: NPY002 - what students write
            return [x.tolist() for x, _ in mini_batch_iterator(np.arange(9), np.arange(9), 2)]

        assert order_after_seeding() == order_after_seeding()

    @pytest.mark.parametrize(("targets", "size"), [(4, 0), (3, 2)], ids=["size-zero", "lengths-differ"])
    def test_what_cannot_be_cut_is_refused(self, targets, size):
        """A batch size of 0 and targets that do not match raise ValueError."""
        with pytest.raises(ValueError, match=f"4 inputs and {targets} targets"):
            list(mini_batch_iterator(np.arange(4), np.arange(targets), size))


class TestAccuracy:
    """The share of right answers."""

    SCORES = np.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])

    @pytest.mark.parametrize(
        "targets", [np.array([1, 0, 0, 0]), np.eye(2)[[1, 0, 0, 0]]], ids=["labels", "one-hot"]
    )
    def test_counts_rows_whose_largest_score_is_right(self, targets):
        """Labels and one-hot rows give the same float."""
        accuracy = compute_accuracy(self.SCORES, targets)

        assert (type(accuracy), accuracy) == (float, 0.75)

    @pytest.mark.parametrize("targets", [np.zeros(3), np.zeros((4, 2, 1))], ids=["too-few", "three-axes"])
    def test_targets_of_another_shape_are_refused(self, targets):
        """Predictions and labels of different lengths give no accuracy by broadcasting."""
        with pytest.raises(ValueError, match="do not go with"):
            compute_accuracy(self.SCORES, targets)


@pytest.fixture
def training_folder(tmp_path, monkeypatch):
    """Return the folder of a small exported training split, named in the variable of the stand-in."""
    images = np.arange(12 * 784, dtype=np.uint8).reshape(12, 28, 28)
    labels = np.arange(12, dtype=np.uint8) % 10
    hidden = np.full((3, 28, 28), 255, np.uint8), np.full(3, 9, np.uint8)
    monkeypatch.setattr(mnist_utils, "load_mnist_raw", lambda: (images, labels, *hidden))
    monkeypatch.setattr(stand_in, "STAND_IN_SIZE", 5)
    mnist_utils.export_training_split(tmp_path / "split")
    monkeypatch.setenv("SMULGRAD_TRAINING_DATA", str(tmp_path / "split"))
    return tmp_path / "split"


def modules_imported_by(source):
    """Return the names of all modules that a source text imports."""
    nodes = list(ast.walk(ast.parse(source)))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in nodes if isinstance(node, ast.ImportFrom)}


class TestStandIn:
    """The stand-in for tests.mnist_utils in a graded submission."""

    def test_hands_out_the_training_split_and_its_end_as_test_split(self, training_folder):
        """The test split of the stand-in is the end of the training split."""
        images, labels = (np.load(training_folder / name) for name in mnist_split.TRAINING_FILES)

        raw = stand_in.load_mnist_raw()

        for array, expected in zip(raw, [images, labels, images[-5:], labels[-5:]], strict=True):
            assert (type(array), array.dtype, array.tolist()) == (np.ndarray, np.uint8, expected.tolist())

    def test_scales_and_encodes_as_the_real_one_does(self, training_folder):
        """Both modules make the same training arrays of the same files."""
        real, standing_in = mnist_utils.load_mnist(), stand_in.load_mnist()

        assert training_folder.is_dir()
        for array, expected in zip(standing_in[:2], real[:2], strict=True):
            assert (array.dtype, array.tolist()) == (np.float32, expected.tolist())
        assert [len(array) for array in standing_in[2:]] == [5, 5]

    def test_the_export_holds_the_training_split_alone(self, training_folder):
        """Two files, and none of the test split."""
        assert sorted(path.name for path in training_folder.iterdir()) == sorted(mnist_split.TRAINING_FILES)

    def test_an_export_that_is_there_is_left_alone(self, training_folder, monkeypatch):
        """The second export does not load anything."""
        monkeypatch.setattr(mnist_utils, "load_mnist_raw", pytest.fail)

        mnist_utils.export_training_split(training_folder)

    def test_says_what_is_missing_when_the_variable_is(self, monkeypatch):
        """Without the variable the error names it."""
        monkeypatch.delenv("SMULGRAD_TRAINING_DATA", raising=False)

        with pytest.raises(MnistUnavailable, match="SMULGRAD_TRAINING_DATA"):
            stand_in.load_mnist()

    def test_has_the_names_and_signatures_of_the_real_one(self):
        """A student's imports from the one work with the other, with the same calls."""
        functions = set(mnist_utils.__all__) - {"MnistUnavailable"}

        assert stand_in.__all__ == mnist_utils.__all__
        for name in functions:
            assert inspect.signature(getattr(stand_in, name)) == inspect.signature(getattr(mnist_utils, name))

    @pytest.mark.parametrize(
        "module", [stand_in, mnist_format, mnist_split], ids=lambda module: module.__name__
    )
    def test_needs_the_standard_library_and_numpy_only(self, module):
        """Beside a submission there is nothing else to import, but for the way to tell of progress."""
        imported = modules_imported_by(Path(module.__file__).read_text(encoding="utf-8"))

        outside = {name for name in imported if name.split(".")[0] not in sys.stdlib_module_names}

        assert outside <= {
            "numpy",
            "tests",
            "tests.mnist_format",
            "tests.mnist_split",
            "grader.boundary.call_progress",
        }


class TestProgressOfTraining:
    """The progress of a submission's training loop, as the stand-in reports it."""

    @pytest.fixture
    def told(self, monkeypatch):
        """Return the progress of the open call, which was given `epochs=2`."""
        told = []
        tell = SimpleNamespace(call=7, options={"epochs": 2}, report=lambda **numbers: told.append(numbers))
        monkeypatch.setattr(stand_in, "progress", tell)
        monkeypatch.setattr(stand_in, "EPOCH_SIZE", 5)
        monkeypatch.setattr(stand_in, "_epochs", {})
        return told

    def test_every_pass_over_the_training_images_is_an_epoch(self, told):
        """The progress of a batch has its epoch; shorter passes, which measure, are no epochs."""
        data = np.arange(5)
        for _ in range(2):
            list(stand_in.mini_batch_iterator(data, data, 3))
            list(stand_in.mini_batch_iterator(data[:4], data[:4], 3))

        assert [(numbers["epoch"], numbers["batch"]) for numbers in told] == [(1, 1), (1, 2), (2, 1), (2, 2)]
        assert told[0] == {"epoch": 1, "epochs": 2, "batch": 1, "batches": 2}

    def test_epochs_are_counted_from_one_in_every_call(self, told):
        """A second training in the same process does not go on counting."""
        data = np.arange(5)
        list(stand_in.mini_batch_iterator(data, data, 5))
        stand_in.progress.call = 8
        list(stand_in.mini_batch_iterator(data, data, 5))

        assert [numbers["epoch"] for numbers in told] == [1, 1]

    def test_a_loss_is_told_with_the_batches_that_follow(self, told):
        """A loop's loss comes with the next batch, and a new training begins without one."""
        for batch, _ in stand_in.mini_batch_iterator(np.arange(5), np.arange(5), 3):
            stand_in.tell_loss(np.float32(0.5 + len(batch)))
        stand_in.progress.call = 8
        list(stand_in.mini_batch_iterator(np.arange(5), np.arange(5), 5))

        assert [numbers.get("loss") for numbers in told] == [None, 3.5, None]

    def test_the_batches_are_those_of_the_projects_own_iterator(self, told, monkeypatch):
        """With and without a grader that listens, the same numbers come."""

        def batches_of(iterator):
            return [
                x.tolist() for x, _ in iterator(np.arange(9), np.arange(9), 2, rng=np.random.default_rng(1))
            ]

        heard = batches_of(stand_in.mini_batch_iterator)
        monkeypatch.setattr(stand_in, "progress", None)
        unheard = batches_of(stand_in.mini_batch_iterator)

        assert heard == unheard == batches_of(mini_batch_iterator)
        assert len(told) == 5


class TestFolderOfASubmission:
    """The function by which the grader finds the folder that a submission may read."""

    def test_holds_the_training_split(self, training_folder, monkeypatch):
        """The split is exported into the cache folder."""
        monkeypatch.setenv("XDG_CACHE_HOME", str(training_folder))

        folder = mnist_split.training_folder()

        assert folder == training_folder / "smulgrad" / "training-split"
        assert sorted(path.name for path in folder.iterdir()) == sorted(mnist_split.TRAINING_FILES)

    def test_is_absent_when_mnist_is_unavailable(self, monkeypatch, tmp_path):
        """The fixture reports that, test by test."""

        def nowhere(_folder):
            raise MnistUnavailable("no source")

        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        monkeypatch.setattr(mnist_utils, "export_training_split", nowhere)

        assert mnist_split.training_folder() is None


class TestTheRealData:
    """The four files themselves, where SMULGRAD_DATA names them."""

    @pytest.mark.tool
    def test_loads_scaled_images_and_one_hot_labels(self, monkeypatch):
        """The arrays have the shapes, types and ranges that the handout's training loop expects."""
        monkeypatch.setattr(mnist_utils, "download", pytest.fail)
        if not os.environ.get("SMULGRAD_DATA"):
            reason = "SMULGRAD_DATA names no folder with the MNIST files"
            pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)

        arrays = mnist_utils.load_mnist()

        assert [array.shape for array in arrays] == [(60_000, 784), (60_000, 10), (10_000, 784), (10_000, 10)]
        assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
        assert [(array.min(), array.max()) for array in arrays] == [(0, 1)] * 4
        assert arrays[3].argmax(axis=1)[:5].tolist() == [7, 2, 1, 0, 4]


def test_scaling_maps_bytes_to_the_unit_interval():
    """0 becomes 0, 255 becomes 1, and a label a one-hot row."""
    images, labels = np.array([[[0, 255], [51, 0]]], np.uint8), np.array([2], np.uint8)

    x, y = as_training_arrays(images, labels)

    assert x == pytest.approx(np.array([[0, 1, 0.2, 0]], np.float32))
    assert y.tolist() == [[0, 0, 1, 0, 0, 0, 0, 0, 0, 0]]
