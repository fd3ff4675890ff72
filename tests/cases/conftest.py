"""Pytest set-up of the assignment suite: the tested project, the random inputs, the output."""

import random
import time
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.cases.binding import bind, default_submission
from tests.cases.cost import BackwardCost
from tests.cases.diagnosis.failure import Explainer

DEFAULT_SEED = 0
EXPLAINER = Explainer()  # of one run: the grader runs each submission in a fork of its own


@dataclass(frozen=True)
class LabelledImages:
    """Images as rows of pixels in 0..1, float32 of shape (n, 784), and the digits that they show, (n,)."""

    images: np.ndarray
    labels: np.ndarray


class SameInitialWeights:
    """A pytest plugin for where student code runs in this process; elsewhere the grader sees to that."""

    def pytest_runtest_setup(self):
        """Seed the global generators, which student code may use for its initial weights."""
        random.seed(0)
        np.random.seed(0)  # noqa: NPY002 - the legacy generator is the one that students reach for


def pytest_addoption(parser):
    """Add the suite's own options."""
    group = parser.getgroup("assignment")
    group.addoption("--submission", metavar="DIR", help="the project to test (default: this one)")
    group.addoption(
        "--seed", type=int, default=DEFAULT_SEED, help="seed of the inputs (default: %(default)s)"
    )


def pytest_configure(config):
    """Bind the adapters before any case is imported, and show points unless the grader counts them."""
    chosen = config.getoption("--submission")
    try:
        project = bind(Path(chosen) if chosen else default_submission(config.rootpath))
    except FileNotFoundError as missing:
        raise pytest.UsageError(missing) from None
    if project:
        from tests.cases.local import LocalRun  # noqa: PLC0415 - as below

        config.pluginmanager.register(SameInitialWeights())
        config.pluginmanager.register(LocalRun(generator_of))
        config.pluginmanager.register(project.opened)
    if project and not config.pluginmanager.is_blocked("scoreboard"):
        from tests.cases.scoreboard import register_scoreboard  # noqa: PLC0415 - the grader shall not wait for it

        register_scoreboard(config)


def pytest_collection_modifyitems(items):
    """Run the bonuses last, and MNIST after the others: it trains for a while."""
    items.sort(key=lambda item: ("bonus" in item.path.name, "mnist" in item.path.name))


def generator_of(item):
    """Return the generator of the test `item`: its inputs do not depend on which other tests run."""
    name = f"{item.parent.name}::{item.name}"
    bits = np.random.PCG64([item.config.option.seed, zlib.crc32(name.encode())])
    return np.random.Generator(bits)  # what `default_rng` makes, in less time


def worked_example_of(item):
    """Return the context manager of the fixture `worked_example` for the test `item`."""

    @contextmanager
    def example():
        yield
        item.user_properties.append(("worked_example", "passed"))

    return example


def processor_clock(item):
    """Return the function of the fixture `processor_seconds` for the test `item`."""
    return getattr(item.config, "processor_seconds", time.process_time)


def backward_cost_of(item):
    """Return the BackwardCost of the test `item`."""
    return BackwardCost(processor_clock(item), item.user_properties)


@pytest.fixture
def rng(request):
    """Return this test's own generator."""
    return generator_of(request.node)


@pytest.hookimpl(optionalhook=True)
def pytest_explain_failure(item, error):
    """Explain a failure to the grader, with the mistake if it is recognised."""
    told = EXPLAINER.explain(item, generator_of(item), error)
    return vars(told) if told else None


@pytest.fixture
def worked_example(request):
    """Return a context manager for the checks of an example whose numbers the handout prints.

    Such numbers can be recorded, so the same test checks drawn numbers as well. The report learns that the
    example passed, by the property ("worked_example", "passed"): where every example passes and no drawn
    number does, the answers are probably stored.
    """
    return worked_example_of(request.node)


@pytest.fixture
def processor_seconds(request):
    """Return a function that returns the seconds of processor time that the submission has used so far.

    All operations up to the call are done before the clock is read. The grader reads the clock of the
    submission's own process; here the submission and the test share one.
    """
    return processor_clock(request.node)


@pytest.fixture
def backward_cost(request):
    """Return this test's BackwardCost; the report learns the cost that it finds."""
    return backward_cost_of(request.node)


ARGUMENTS = {
    "rng": generator_of,
    "worked_example": worked_example_of,
    "processor_seconds": processor_clock,
    "backward_cost": backward_cost_of,
}


@pytest.hookimpl(optionalhook=True)
def pytest_arguments_of_test(item):
    """Give the grader the values of these fixtures directly: pytest's own way costs more than many a test."""
    return {name: ARGUMENTS[name](item) for name in item.fixturenames if name in ARGUMENTS}


@pytest.fixture(scope="session")
def mnist():
    """Return the 10,000 test images and their labels, which never leave this process.

    Raises MnistUnavailable without the files: tests that need them cannot be judged then.
    """
    from tests.mnist_format import as_training_arrays  # noqa: PLC0415 - only few tests need these modules,
    from tests.mnist_utils import load_mnist_raw  # noqa: PLC0415 - which are slow to import

    _, _, images, labels = load_mnist_raw()
    return LabelledImages(as_training_arrays(images, labels)[0], labels.astype(int))


@pytest.hookimpl(optionalhook=True)
def pytest_json_runtest_metadata(item, call):
    """Write the values of a failed comparison into a report of pytest-json-report, as the grader does."""
    if call.when != "call":
        return {}
    error = call.excinfo.value if call.excinfo else None
    found = {name: getattr(error, name, None) for name in ("expected", "actual", "hint")}
    stated = {name: value for name, value in found.items() if isinstance(value, str)}
    return {"description": item.function.__doc__ or "", **stated}
