"""How far an answer may be from the exact number: the one place from which comparisons take tolerances.

Derivation. Let u be the unit roundoff of the answer's data type: 1.1e-16 for float64, 6.0e-8 for float32.
One rounded operation has a relative error of at most u. A result of k operations on terms no larger than M
has, to first order, an error of at most k * u * M. Where large terms cancel, M is many times the result:
their ratio is the condition number of the sum.

No test knows k, which depends on the design: composed or fused, in this order or that. So a test asks for
half of the digits that the type has. The error may be sqrt(u) * M, which leaves k = 1 / sqrt(u) roundings:
9e7 in float64 and 4e3 in float32. Neither a design nor its order of summation uses them up. A wrong rule is
off by a factor or a term, far more than 2e-4.

M is the largest number of the expected array, at least 1, for the inputs of the tests are of that size, and
at most LARGEST, so that one huge number of a submission does not excuse the others. Some expected numbers
are estimates, as those by finite differences. Their tests say how exact they are by `rtol` and `atol`, in
place of float64's tolerance. An answer in float32 has at least float32's.

An answer in half precision has float32's tolerance too: its own would be too wide to tell right from wrong.
"""

import math

import numpy as np

FLOAT64, FLOAT32 = (float(np.finfo(name).eps) / 2 for name in ("float64", "float32"))
DOUBLE = np.dtype("float64")
LARGEST = 1e3


def allowed(actual, expected, *, rtol=None, atol=None):
    """Return how far `actual` may be from `expected`, a number or an array, number by number."""
    unit = unit_roundoff(actual, expected)
    half = math.sqrt(unit)
    least = half if unit > FLOAT64 else 0.0
    sizes = abs(expected)
    largest = min(max(1.0, _largest_finite(sizes)), LARGEST)
    relative = half if rtol is None else max(rtol, least)
    absolute = half * largest if atol is None else max(atol, least * largest)
    return absolute + relative * sizes


def _largest_finite(sizes):
    """Return the largest of `sizes`, a number or an array, that is finite, or 0 if none is."""
    largest = float(sizes.max(initial=0.0)) if isinstance(sizes, np.ndarray) else float(sizes)
    if math.isfinite(largest):
        return largest
    return float(np.max(sizes, initial=0.0, where=np.isfinite(sizes)))


def unit_roundoff(actual, expected):
    """Return the unit roundoff of the coarser data type of an answer and the expected value.

    A 0-d array may come back as a number without its type. One that float32 holds counts as float32.
    """
    types = [getattr(each, "dtype", DOUBLE) for each in (actual, expected)]
    is_coarse = any(kind.kind == "f" and kind.itemsize < DOUBLE.itemsize for kind in types)
    return FLOAT32 if is_coarse or _has_lost_its_type(actual, expected) else FLOAT64


def _has_lost_its_type(actual, expected):
    """Tell whether the number `actual` stands for a 0-d array of float32."""
    if type(expected) is not np.ndarray or type(actual) is not float:
        return False
    with np.errstate(over="ignore"):
        return float(np.float32(actual)) == actual
