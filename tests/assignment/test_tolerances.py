"""The tolerance of an answer: by its data type, the size of sums, and the test's own numbers."""

import numpy as np
import pytest

from tests.cases.checks import Mismatch, assert_close
from tests.cases.tolerances import FLOAT32, FLOAT64, LARGEST, allowed, unit_roundoff

ONE = np.array([1.0, 2.0])


@pytest.mark.parametrize(
    ("actual", "expected", "unit"),
    [
        (ONE, ONE, FLOAT64),
        (ONE.astype(np.float32), ONE, FLOAT32),
        (ONE.astype(np.float16), ONE, FLOAT32),
        (ONE, ONE.astype(np.float32), FLOAT32),
        (0.1, 0.1, FLOAT64),
        (float(np.float32(0.1)), np.array(0.1), FLOAT32),
        (float(np.float32(0.1)), 0.1, FLOAT64),
        (0.1, np.array(0.1), FLOAT64),
        (1e300, np.array(1e300), FLOAT64),
    ],
    ids=[
        "double",
        "single",
        "half",
        "expected",
        "number",
        "0-d",
        "value",
        "0-d-double",
        "too-large-for-single",
    ],
)
def test_the_coarser_type_decides(actual, expected, unit):
    """Half precision counts as single; a number that came back for a 0-d array may have been single."""
    assert unit_roundoff(actual, expected) == unit


@pytest.mark.parametrize(("dtype", "unit"), [(np.float64, FLOAT64), (np.float32, FLOAT32)])
def test_half_of_the_digits_count(dtype, unit):
    """An error below the root of the unit roundoff passes, and ten times as much does not."""
    near, far = (ONE * (1 + factor * np.sqrt(unit)) for factor in (0.5, 10))

    assert_close(near.astype(dtype), ONE)
    with pytest.raises(Mismatch):
        assert_close(far.astype(dtype), ONE)


def test_numbers_beside_a_large_one_may_be_off_by_its_rounding():
    """Where terms of the size of the largest number cancel, a small one has lost digits, up to a limit."""
    expected = np.array([0.0, 100.0])

    assert allowed(expected, expected)[0] == pytest.approx(100 * np.sqrt(FLOAT64))
    assert allowed(expected, expected * 1e9)[0] == pytest.approx(LARGEST * np.sqrt(FLOAT64))


def test_the_tolerances_of_a_test_take_the_place_of_those_of_double_precision_only():
    """An exact comparison is exact in float64; a float32 answer keeps the tolerance of its type."""
    assert allowed(ONE, ONE, rtol=0, atol=0).tolist() == [0, 0]
    assert allowed(ONE, ONE, rtol=0, atol=0.25).tolist() == [0.25, 0.25]

    single = allowed(ONE.astype(np.float32), ONE, rtol=0, atol=0)
    assert single.tolist() == allowed(ONE.astype(np.float32), ONE).tolist()
