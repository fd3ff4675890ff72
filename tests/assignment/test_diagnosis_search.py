"""The work of a diagnosis: how many mistakes are simulated, and how often a tape is gone through."""

import numpy as np
import pytest

from tests.cases.diagnosis import recognise
from tests.cases.diagnosis.recognise import Recogniser
from tests.cases.diagnosis.replay import Finding
from tests.cases.diagnosis.sweep import gradients
from tests.cases.diagnosis.tape import Tape

FACTORS = {"x": np.linspace(-1.1, 1.3, 12).reshape(3, 4), "y": np.array([2.1, 3.3, 2.7, 4.2])}


def product():
    """Return a tape on which a product was computed and gone back through, with its leaves by name."""
    tape = Tape()
    leaves = {name: tape.leaf(array, is_scalar=False) for name, array in FACTORS.items()}
    (leaves["x"] * leaves["y"]).sum().backward()
    return tape, leaves


@pytest.fixture
def failure():
    """Return a Finding on the first factor of a product, and its right gradient."""
    tape, leaves = product()
    return Finding(leaves["x"], "gradient", tape, {}), gradients(tape.events)[leaves["x"]]


@pytest.fixture
def simulated(monkeypatch):
    """Return the list of the mistakes that are simulated from here on."""
    mistakes = []
    explains = recognise._explains  # noqa: SLF001 - each call is a simulation

    def counted(mistake, *arguments):
        mistakes.append(mistake)
        return explains(mistake, *arguments)

    monkeypatch.setattr(recognise, "_explains", counted)
    return mistakes


def test_a_mistake_that_explains_many_failures_ends_the_search(failure, simulated):
    """After five failures by one mistake, it alone is tried for the sixth, and named."""
    recogniser = Recogniser()
    finding, right = failure
    for _ in range(recognise.SURE):
        recogniser.cause_of(finding, right, FACTORS["x"])
    searched = len(simulated)

    sixth = recogniser.cause_of(finding, right, FACTORS["x"])

    assert sixth.key == "own_factor"
    assert searched > 10 * recognise.SURE
    assert len(simulated) == searched + 1


def test_another_mistake_is_found_after_many_failures_by_one(failure, simulated):
    """Where the mistake of earlier failures explains nothing, all others are tried."""
    recogniser = Recogniser()
    finding, right = failure
    for _ in range(recognise.SURE):
        recogniser.cause_of(finding, right, FACTORS["x"])

    other = recogniser.cause_of(finding, right, -right)

    assert other.key == "wrong_sign"
    assert len(simulated) > 10 * (recognise.SURE + 1)


def test_a_problem_that_no_mistake_explains_is_searched_a_few_times(failure, simulated):
    """After four searches that find nothing the problem is left alone, and other problems are not."""
    recogniser = Recogniser()
    finding, right = failure
    wrong = right * 1.2345 + 0.1
    for _ in range(recognise.MOST_FRUITLESS):
        recogniser.cause_of(finding, right, wrong, problem="TestMul")
    searched = len(simulated)

    assert recogniser.cause_of(finding, right, wrong, problem="TestMul") is None
    assert len(simulated) == searched
    assert recogniser.cause_of(finding, right, -right, problem="TestSum").key == "wrong_sign"


def test_a_tape_goes_on_where_it_was():
    """Gradients that are asked for between the events are those of all events so far."""
    tape, leaves = product()
    first = tape.gradient_of(leaves["x"])
    first += 1  # it is the caller's own
    (leaves["x"] * leaves["y"]).sum().backward()

    again = tape.gradient_of(leaves["x"])

    np.testing.assert_array_equal(again, gradients(tape.events)[leaves["x"]])
    np.testing.assert_array_equal(again, 2 * np.broadcast_to(FACTORS["y"], again.shape))
