"""The comparisons that the cases make: one helper for numbers and arrays, one for all else, one for operands.

A failed comparison raises `Mismatch`, which carries both values, so that a report can show them side by side.
"""

import numpy as np

from tests.cases.tolerances import allowed

LOOSELY = {"rtol": 1e-4, "atol": 1e-5}  # for tests that are not about precision
NUMBERS = (float, int, *(np.dtype(code).type for code in np.typecodes["Float"] + np.typecodes["AllInteger"]))
SHOWN_CHARACTERS = 1_500
SENTENCE_CHARACTERS = 80
SHOWN_AXES = 4  # of an array whose middle is left out; with more, even its corners are too many numbers
SHOWN_NUMBERS = 60
TINY = 1e-30j  # a step aside of the real numbers: numpy's difference quotients by it are exact derivatives
MOST_LOOKED_AT = 10_000  # numbers of an array in which a mistake is looked for
MOST_NUMBERS = 1 << 20  # of an array that a test goes on to compute with; none needs as many


class Mismatch(AssertionError):  # noqa: N818 - a failed check, not an error
    """An answer differs from the expected value.

    Attributes: `expected` and `actual`, both as text, and `hint` (a sentence, or None). A comparison of
    numbers keeps them as `wanted` and `found`, by which the mistake may be recognised.
    """

    def __init__(self, problem, *, expected, actual, hint=None):
        self.problem = problem
        self.expected = show(expected)
        self.actual = show(actual)
        self.hint = hint
        self.wanted = self.found = None
        lines = [problem, f"  expected: {_indented(self.expected)}", f"  actual:   {_indented(self.actual)}"]
        super().__init__("\n".join([*lines, f"  hint:     {hint}"] if hint else lines))


def assert_close(actual, expected, *, rtol=None, atol=None, hint=None):
    """Fail unless `actual` is a finite float or float array of `expected`'s exact shape and close to it.

    A Python number as `expected` asks for a number, an array asks for an array of floats. How close
    is close, and when to give `rtol` and `atol`, is in tolerances.py.
    """
    array = np.asarray(expected)
    problem = _kind_problem(actual, array) or _value_problem(
        actual, array, allowed(actual, expected, rtol=rtol, atol=atol)
    )
    if problem:
        mismatch = Mismatch(problem, expected=expected, actual=actual, hint=hint)
        mismatch.wanted, mismatch.found = expected, _numbers(actual)
        raise mismatch


def are_same(one, other):
    """Tell whether two expected values are the same numbers in the same shape."""
    return np.array_equal(np.asarray(one), np.asarray(other), equal_nan=True)


def plain_array(value):
    """Return `value`, which must be an array or a number and not only claim to be one, as an array."""
    if type(value) is not np.ndarray and not _is_number(value):
        raise Mismatch("this should be an array", expected="a numpy array", actual=kind(value))
    array = np.asarray(value)
    if array.size > MOST_NUMBERS:
        raise Mismatch(
            "this array is far too large", expected=f"at most {MOST_NUMBERS} numbers", actual=array.shape
        )
    return array


def assert_equal(actual, expected, *, hint=None):
    """Fail unless `actual` equals `expected` and is of its type; for shapes, names and truth values."""
    if type(actual) is not type(expected) or actual != expected:
        problem = f"this should be {_in_a_sentence(expected)}, not {_in_a_sentence(actual)}"
        raise Mismatch(problem, expected=expected, actual=actual, hint=hint)


def assert_differ(first, second, *, hint=None):
    """Fail unless two arrays of one shape hold finite numbers that are not all the same."""
    assert_equal(first.shape, second.shape)
    if not np.isfinite([first, second]).all() or np.array_equal(first, second):
        raise Mismatch("the numbers do not differ", expected="different numbers", actual=first, hint=hint)


def assert_operands(node, *operands, number=None):
    """Fail unless `node._prev` holds exactly these objects, in any order.

    With a plain `number` among the operands, `_prev` may also hold one Value of that number.
    """
    found = list(node._prev)
    wanted = {id(operand) for operand in operands}
    others = [child for child in found if id(child) not in wanted]
    if not wanted <= {id(child) for child in found} or len(others) > (number is not None):
        raise Mismatch(
            "_prev does not hold the operands",
            expected=f"the {len(operands)} operand(s) that made this node",
            actual=f"{len(found)} object(s), {len(found) - len(others)} of them operands",
            hint="c = a + b records _prev = {a, b}: the very objects, not copies, and nothing else",
        )
    for wrapped in others:
        assert_close(wrapped.data, number, hint="besides the operand, _prev may hold this number as a Value")


def assert_origin(node, *foreign):
    """Fail unless `node` records its operands, one or two and none of `foreign`, and a name.

    An operation that is built from others has operands of its own, so the test cannot know which they are.
    """
    found = list(node._prev)
    strange = [child for child in found if any(child is other for other in (node, *foreign))]
    if strange or len(found) not in {1, 2}:
        raise Mismatch(
            "_prev does not hold the operands",
            expected="the one or two operands that made this node",
            actual=f"{len(found)} object(s), {len(strange)} of them foreign to it",
        )
    assert_operation(node)


def assert_operation(node):
    """Fail unless the operation that made `node` has a name, whichever."""
    operation = node._op
    if type(operation) is not str or not operation:
        raise Mismatch("_op does not name the operation", expected="a name", actual=operation)


def numeric_gradient(function, x, eps=1e-6):
    """Return the central-difference gradient of `function` (float64 array to number) at `x`."""
    x = np.array(x, dtype=np.float64)
    slopes = []
    for place, number in enumerate(x.ravel().tolist()):
        x.flat[place] = number + eps
        above = function(x)
        x.flat[place] = number - eps
        slopes.append((above - function(x)) / (2 * eps))
        x.flat[place] = number
    return np.array(slopes).reshape(x.shape)


def kind(value):
    """Return the kind of `value`, in a student's words."""
    return getattr(value, "remote_type", None) or type(value).__name__


def show(value):
    """Return `value` as text of bounded length; numbers and arrays with all the digits that matter."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, np.ndarray) and value.ndim:
        text = _array_text(value)
    elif type(value) is np.ndarray or isinstance(value, np.generic):
        text = repr(value.item())
    else:
        text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]} ..."


def _array_text(array):
    """Return the numbers of an array, or its first and last ones along each axis."""
    if array.ndim <= SHOWN_AXES or array.size <= SHOWN_NUMBERS:
        return np.array2string(array, precision=8, threshold=SHOWN_NUMBERS, edgeitems=3)
    first = np.array2string(array.flat[:SHOWN_NUMBERS], precision=8, threshold=SHOWN_NUMBERS)
    return f"{first} ... in an array of shape {array.shape}"


def _kind_problem(actual, expected):
    """Return the fault in the type or shape of `actual`, or None."""
    if not expected.ndim and _is_number(actual):
        return None
    if type(actual) is not np.ndarray:
        wanted = f"an array of shape {expected.shape}" if expected.ndim else "a number"
        return f"expected {wanted}, got an object of type {kind(actual)}"
    if actual.shape != expected.shape:
        return f"the shape is {actual.shape}, it should be {expected.shape}"
    if not np.issubdtype(actual.dtype, np.floating):
        return f"the array's dtype is {actual.dtype}, it should be a float type"
    return None


def _value_problem(actual, expected, tolerance):
    """Return the fault in the numbers of `actual`, or None."""
    if not np.isfinite(actual).all():
        return "there is a nan or an infinity in the result"
    close = abs(actual - expected) <= tolerance
    off = ~(close & np.isfinite(expected))  # infinity is close to everything by that
    if not off.any():
        return None
    if not expected.ndim:
        return f"the number should be {brief(expected)}, not {brief(actual)}"
    first = tuple(int(i) for i in np.argwhere(off)[0])
    return (
        f"{int(off.sum())} of {off.size} numbers are wrong, the first at index {first}: "
        f"it should be {brief(expected[first])}, not {brief(actual[first])}"
    )


def _is_number(value):
    """Tell whether `value` is a real number of Python's or numpy's, not one that only claims to be."""
    return any(type(value) is number for number in NUMBERS)  # a metaclass can lie about ==


def _numbers(value):
    """Return `value` if it is a number, or an array of numbers small enough to look at, else None."""
    if type(value) is np.ndarray:
        return value if value.dtype.kind == "f" and value.size <= MOST_LOOKED_AT else None
    return value if _is_number(value) else None


def _in_a_sentence(value):
    """Return `value` as text of a few words."""
    text = show(repr(value) if isinstance(value, str) else value)
    return text if len(text) <= SENTENCE_CHARACTERS else f"{text[:SENTENCE_CHARACTERS]} ..."


def brief(number):
    """Return a number in the few digits that a sentence has room for."""
    return f"{float(number):.6g}"


def _indented(text):
    return text.replace("\n", "\n            ")
