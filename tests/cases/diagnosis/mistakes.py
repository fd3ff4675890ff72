"""Mistakes in a backward pass, each with what an engine that makes it would find.

A mistake is recognised when it explains the numbers that came back, and nothing else does so before it in the
table. Its key names it to the staff and to the catalogue of mistakes.
"""

from dataclasses import dataclass

import numpy as np

from tests.cases.diagnosis.sweep import RightRules


@dataclass(frozen=True)
class Cause:
    """A mistake that values can show: its stable key, and a sentence on what to look at."""

    key: str
    hint: str


@dataclass(frozen=True)
class Local:
    """An operation passes on something else than its derivative times the gradient that reached it.

    `wrong(node, place, gradient, right)` returns that, or None where the mistake makes no difference. `right`
    is what a right engine passes on. Without `operations` any one operation may be the wrong one.
    """

    cause: Cause
    wrong: object
    operations: tuple = ()

    def variants(self, tape):
        """Yield the rules of engines that make this mistake, in one operation or in all."""
        used = {node.operation for node in tape.nodes if node.operation}
        if self.operations:
            if used & set(self.operations):
                yield _Rules(self.wrong, self.operations)
            return
        yield _Rules(self.wrong, tuple(used))
        if len(used) > 1:
            for operation in sorted(used):
                yield _Rules(self.wrong, (operation,))
        for operation in sorted(used):
            for place in (0, 1):
                yield _Rules(self.wrong, (operation,), place)


@dataclass(frozen=True)
class Whole:
    """The sweep itself goes wrong, in one method of RightRules."""

    cause: Cause
    rules: RightRules

    def variants(self, tape):  # noqa: ARG002 - as Local
        """Yield the rules of an engine that makes this mistake."""
        yield self.rules


class _Rules(RightRules):
    """Rules of which some operations, or one operand of one operation, are wrong."""

    def __init__(self, wrong, operations, place=None):
        self._wrong = wrong
        self._operations = operations
        self._place = place

    def contribution(self, node, place, gradient):
        """Return what a wrong operation passes on."""
        right = super().contribution(node, place, gradient)
        if node.operation not in self._operations or self._place not in {None, place}:
            return right
        with np.errstate(all="ignore"):
            wrong = self._wrong(node, place, gradient, right)
        return right if wrong is None else np.asarray(wrong)


def reduced(array, shape):
    """Return `array` summed to `shape` as broadcasting asks, or None if that does not fit."""
    array = np.asarray(array)
    extra = array.ndim - len(shape)
    if extra < 0:
        return None
    array = array.sum(axis=tuple(range(extra)))
    for axis, length in enumerate(shape):
        if array.shape[axis] != length:
            if length != 1:
                return None
            array = array.sum(axis=axis, keepdims=True)
    return array


def _elementwise(formula):
    """Return a wrong rule whose `formula(x, other, result, gradient, place)` goes element by element."""

    def wrong(node, place, gradient, _right):
        x = node.inputs[place]
        other = node.inputs[1 - place] if len(node.inputs) == 2 else None
        found = formula(x, other, node.array, gradient, place)
        return None if found is None else reduced(found, x.shape)

    return wrong


def _as_it_came(node, place, gradient, _right):
    return reduced(gradient, node.inputs[place].shape)


def _without_upstream(node, place, gradient, _right):
    return RightRules.contribution(RIGHT_RULES, node, place, np.ones_like(gradient))


RIGHT_RULES = RightRules()


def _exchanged(node, place, gradient, _right):
    if len(node.inputs) != 2 or node.operands[1 - place].is_constant:
        return None
    other = RightRules.contribution(RIGHT_RULES, node, 1 - place, gradient)
    return other if other.shape == node.inputs[place].shape else None


def _stretched_copies(node, place):
    return node.array.size / max(node.inputs[place].size, 1)


def _averaged(node, place, _gradient, right):
    copies = _stretched_copies(node, place)
    return right / copies if copies > 1 else None


def _one_copy(node, place, gradient, _right):
    """Return the gradient of the first of the copies that broadcasting made."""
    shape, full = node.inputs[place].shape, np.broadcast_to(gradient, node.array.shape)
    if node.operation not in {"+", "-", "*", "/"} or shape == full.shape:
        return None
    factor = {"+": 1.0, "-": 1 - 2 * place}.get(node.operation)
    if factor is None:
        factor = node.inputs[1 - place] if node.operation == "*" else 1 / node.inputs[1]
    full = np.broadcast_to(full * factor, node.array.shape)
    full = full[(0,) * (full.ndim - len(shape))]
    return full[tuple(slice(0, 1) if length == 1 else slice(None) for length in shape)]


def _unsummed(node, place, gradient, right):
    if right.shape == gradient.shape or node.operation not in {"+", "-", "*", "/", "@"}:
        return None
    if node.operation == "@":
        return _unsummed_product(node, place, gradient)
    x, y = node.inputs
    slopes = {"+": (1, 1), "-": (1, -1), "*": (y, x), "/": (1 / y, -x / y**2)}
    return gradient * slopes[node.operation][place]


def _unsummed_product(node, place, gradient):
    x, y = node.inputs
    if min(x.ndim, y.ndim) < 2:
        return None
    return gradient @ np.swapaxes(y, -1, -2) if place == 0 else np.swapaxes(x, -1, -2) @ gradient


def _swapped_matrices(node, place, gradient, right):
    x, y = node.inputs
    pairs = ((y.T, gradient), (y, gradient)) if place == 0 else ((gradient, x.T), (gradient, x))
    return _product_of_shape(pairs, right.shape)


def _untransposed_matrices(node, place, gradient, right):
    x, y = node.inputs
    return _product_of_shape([(gradient, y) if place == 0 else (x, gradient)], right.shape)


def _all_axes_transposed(node, place, gradient, right):
    x, y = node.inputs
    if max(x.ndim, y.ndim) < 3:
        return None
    return _product_of_shape([(gradient, y.T) if place == 0 else (x.T, gradient)], right.shape)


def _product_of_shape(pairs, shape):
    """Return the first product of two matrices that has `shape`."""
    for one, other in pairs:
        try:
            product = reduced(one @ other, shape)
        except ValueError:
            continue
        if product is not None:
            return product
    return None


def _transposed(_node, _place, _gradient, right):
    return right.T if right.ndim > 1 and right.shape == right.T.shape else None


def _stretched_without_axis(node, place, gradient, _right):
    shape = node.inputs[place].shape
    if gradient.ndim == len(shape) or not gradient.ndim:
        return None
    try:
        stretched = np.broadcast_to(gradient, shape)
    except ValueError:
        return None
    return stretched / (node.inputs[place].size / node.array.size) if node.operation == "mean" else stretched


def _mean_times(factor):
    return lambda node, place, _gradient, right: right * factor(node.inputs[place].size, node.array.size)


def _whole_share(node, place, gradient, _right):
    axis, keepdims = node.settings.get("axis"), node.settings.get("keepdims", False)
    x = node.inputs[place]
    axis = tuple(axis) if isinstance(axis, list) else axis
    top = x.max(axis=axis, keepdims=True)
    if not keepdims:
        gradient = gradient.reshape(top.shape)
    return gradient * ~(x < top)


def _first_winner(node, place, gradient, right):
    full = _whole_share(node, place, gradient, right)
    if node.settings.get("axis") is not None:
        return None
    first = np.zeros(full.size)
    winner = int(np.argmax(node.inputs[place]))
    first[winner] = full.ravel()[winner]
    return first.reshape(full.shape)


def _everywhere(node, place, gradient, _right):
    axis, x = node.settings.get("axis"), node.inputs[place]
    axis = tuple(axis) if isinstance(axis, list) else axis
    return gradient.reshape(x.sum(axis=axis, keepdims=True).shape) + np.zeros(x.shape)


def _in_other_order(node, place, gradient, _right):
    shape = node.inputs[place].shape
    return gradient.reshape(shape, order="F") if gradient.ndim > 1 or len(shape) > 1 else None


def _reshaped(node, place, gradient, _right):
    return gradient.reshape(node.inputs[place].shape)


def _softmax_by_element(node, _place, gradient, _right):
    return gradient * node.array * (1 - node.array)


def _softmax_without_sum(node, _place, gradient, _right):
    return gradient * node.array


def _per_example(node, _place, _gradient, right):
    return right * (len(node.inputs[0]) if node.inputs[0].ndim else 1)


def _twice_per_example(node, _place, _gradient, right):
    return right / (len(node.inputs[0]) if node.inputs[0].ndim else 1)


def _per_number(node, _place, _gradient, right):
    return right * len(node.inputs[0]) / node.inputs[0].size


def _softmax_alone(node, place, gradient, right):
    if place:
        return None
    return right + gradient * node.inputs[1] / len(node.inputs[0])


OWN_FACTOR = Cause("own_factor", "Each factor gets the gradient times the other factor, not times itself.")
WRONG_END = Cause(
    "derivative_at_the_wrong_end",
    "The derivative is taken at the wrong end: exp and tanh have theirs by the result, log by the input.",
)
UPSTREAM = Cause(
    "upstream_ignored",
    "The rule passes on its own derivative only: multiply it with the gradient that reached the result.",
)
UNSUMMED = Cause(
    "not_summed_over_broadcast",
    "The operand was stretched by broadcasting: sum its gradient over those axes.",
)
POWER = "the derivative of x ** n is n * x ** (n - 1)"
SPECIFIC = (
    Local(OWN_FACTOR, _elementwise(lambda x, _y, _z, g, _p: g * x), ("*",)),
    Local(
        Cause("product_as_slope", "The slope of a product is the other factor, not the product."),
        _elementwise(lambda _x, _y, z, g, _p: g * z),
        ("*",),
    ),
    Local(
        Cause("exponent_not_lowered", f"The exponent stays as it was: {POWER}."),
        _elementwise(lambda x, n, _z, g, p: None if p else g * n * x**n),
        ("**",),
    ),
    Local(
        Cause("exponent_factor_missing", f"The factor n is missing: {POWER}."),
        _elementwise(lambda x, n, _z, g, p: None if p else g * x ** (n - 1)),
        ("**",),
    ),
    Local(
        Cause("exponent_lowered_first", f"The factor is the exponent before it is lowered: {POWER}."),
        _elementwise(lambda x, n, _z, g, p: None if p else g * (n - 1) * x ** (n - 1)),
        ("**",),
    ),
    Local(
        Cause("power_without_base", f"The base is missing, or has no exponent: {POWER}."),
        _elementwise(lambda x, n, _z, g, p: None if p else g * n * x),
        ("**",),
    ),
    Local(
        Cause("divisor_not_squared", "The gradient of b in a / b is -a / b ** 2: the square is missing."),
        _elementwise(lambda _x, _y, z, g, p: -g * z if p else None),
        ("/",),
    ),
    Local(
        Cause("numerator_missing", "The gradient of b in a / b is -a / b ** 2: the a is missing."),
        _elementwise(lambda x, _y, _z, g, p: -g / x**2 if p else None),
        ("/",),
    ),
    Local(
        Cause("divided_the_wrong_way", "The gradient of a in a / b is 1 / b, not b."),
        _elementwise(lambda _x, y, _z, g, p: None if p else g * y),
        ("/",),
    ),
    Local(WRONG_END, _elementwise(lambda x, _y, _z, g, _p: g * x), ("exp",)),
    Local(WRONG_END, _elementwise(lambda _x, _y, z, g, _p: g / z), ("log",)),
    Local(WRONG_END, _elementwise(lambda x, _y, _z, g, _p: g * (1 - x**2)), ("tanh",)),
    Local(WRONG_END, _elementwise(lambda _x, _y, z, g, _p: g * np.exp(z)), ("exp",)),
    Local(WRONG_END, _elementwise(lambda _x, _y, z, g, _p: g * (1 - np.tanh(z) ** 2)), ("tanh",)),
    Local(
        Cause("reciprocal_forgotten", "The derivative of log(x) is 1 / x, not x."),
        _elementwise(lambda x, _y, _z, g, _p: g * x),
        ("log",),
    ),
    Local(
        Cause("square_missing", "The derivative of tanh is 1 - tanh(x) ** 2: the square is missing."),
        _elementwise(lambda _x, _y, z, g, _p: g * (1 - z)),
        ("tanh",),
    ),
    Local(
        Cause("sigmoid_slope", "z * (1 - z) is the derivative of the sigmoid; that of tanh is 1 - z ** 2."),
        _elementwise(lambda _x, _y, z, g, _p: g * z * (1 - z)),
        ("tanh",),
    ),
    Local(
        Cause("one_minus_forgotten", "The derivative of tanh is 1 - tanh(x) ** 2: the 1 - is missing."),
        _elementwise(lambda _x, _y, z, g, _p: g * z**2),
        ("tanh",),
    ),
    Local(
        Cause("plus_for_minus", "The derivative of tanh is 1 - tanh(x) ** 2, with a minus."),
        _elementwise(lambda _x, _y, z, g, _p: g * (1 + z**2)),
        ("tanh",),
    ),
    Local(
        Cause("relu_slope_at_zero", "The slope of relu at exactly 0 is 0: compare with >, not with >=."),
        _elementwise(lambda x, _y, _z, g, _p: g * (x >= 0)),
        ("relu",),
    ),
    Local(
        Cause("relu_slope_at_zero", "The slope of relu at exactly 0 is 0, no other number."),
        _elementwise(lambda x, _y, _z, g, _p: g * ((x > 0) + 0.5 * (np.abs(x) <= 0))),
        ("relu",),
    ),
    Local(
        Cause("relu_value_as_slope", "The slope of relu is 1 where x is positive, not x."),
        _elementwise(lambda _x, _y, z, g, _p: g * z),
        ("relu",),
    ),
    Local(
        Cause("relu_looks_at_the_gradient", "relu asks whether its input is positive, not the gradient."),
        _elementwise(lambda _x, _y, _z, g, _p: np.maximum(g, 0)),
        ("relu",),
    ),
    Local(
        Cause("relu_the_wrong_way", "The gradient passes where the input of relu is positive."),
        _elementwise(lambda x, _y, _z, g, _p: g * (x < 0)),
        ("relu",),
    ),
    Local(
        Cause("relu_passes_everything", "The gradient stops where the input of relu is negative."),
        _elementwise(lambda _x, _y, _z, g, _p: g),
        ("relu",),
    ),
    Local(
        Cause("mean_over_everything", "The mean over an axis divides by the length of that axis only."),
        _mean_times(lambda _size, left: 1 / left),
        ("mean",),
    ),
    Local(
        Cause("mean_not_divided", "Each number has its share in a mean: divide by how many there are."),
        _mean_times(lambda size, left: size / left),
        ("mean",),
    ),
    Local(
        Cause("axis_not_put_back", "Without keepdims the axis is gone: put it back before you stretch."),
        _stretched_without_axis,
        ("sum", "mean"),
    ),
    Local(
        Cause("ties_not_shared", "Equal maxima share one gradient: divide it by their number."),
        _whole_share,
        ("max",),
    ),
    Local(
        Cause("first_maximum_only", "Equal maxima share one gradient: the first one does not take it all."),
        _first_winner,
        ("max",),
    ),
    Local(
        Cause("gradient_to_all_elements", "Only the maxima get the gradient, no other element."),
        _everywhere,
        ("max",),
    ),
    Local(
        Cause("reshape_in_another_order", "Reshape the gradient back in the same order, row by row."),
        _in_other_order,
        ("reshape",),
    ),
    Local(
        Cause("reshaped_not_transposed", "The gradient of a transpose is transposed back, not reshaped."),
        _reshaped,
        ("transpose",),
    ),
    Local(
        Cause("matrices_swapped", "The two factors of this gradient stand in the wrong order."),
        _swapped_matrices,
        ("@",),
    ),
    Local(
        Cause("matrix_not_transposed", "The other matrix must be transposed in this gradient."),
        _untransposed_matrices,
        ("@",),
    ),
    Local(
        Cause("batch_axes_transposed", "Swap the last two axes only: .T turns those of the batch as well."),
        _all_axes_transposed,
        ("@",),
    ),
    Local(
        Cause("transposed_gradient", "These are the right numbers, with rows and columns swapped."),
        _transposed,
        ("@", "transpose"),
    ),
    Local(
        Cause(
            "softmax_by_element", "Each probability depends on all scores of its row, not on its own only."
        ),
        _softmax_by_element,
        ("softmax",),
    ),
    Local(
        Cause("softmax_without_sum", "The sum over the row is missing: s * (g - sum(g * s))."),
        _softmax_without_sum,
        ("softmax",),
    ),
    Local(
        Cause(
            "batch_size_forgotten",
            "The loss is a mean: divide its gradient by the batch size.",
        ),
        _per_example,
        ("cross_entropy",),
    ),
    Local(
        Cause("batch_size_twice", "The gradient is divided by the batch size twice."),
        _twice_per_example,
        ("cross_entropy",),
    ),
    Local(
        Cause("mean_over_everything", "The loss is a mean over the rows: divide by their number only."),
        _per_number,
        ("cross_entropy",),
    ),
    Local(
        Cause("targets_forgotten", "The gradient is softmax minus targets: the targets are missing."),
        _softmax_alone,
        ("cross_entropy",),
    ),
    Local(UNSUMMED, _unsummed, ("+", "-", "*", "/", "@")),
    Local(
        Cause("averaged_over_broadcast", "Sum the gradients of the copies that broadcasting made; no mean."),
        _averaged,
        ("+", "-", "*", "/"),
    ),
    Local(
        Cause("one_copy_of_broadcast", "Broadcasting made many copies: sum the gradients of all of them."),
        _one_copy,
        ("+", "-", "*", "/"),
    ),
)
GENERAL = (
    Local(UPSTREAM, _without_upstream),
    Local(
        Cause("wrong_sign", "The numbers are right but for the sign of one operand's gradient."),
        lambda _node, _place, _gradient, right: -right,
    ),
    Local(
        Cause("operands_swapped", "The two operands have each other's gradient."),
        _exchanged,
    ),
    Local(
        Cause("operand_without_gradient", "One operand of this operation gets no gradient at all."),
        lambda _node, _place, _gradient, right: np.zeros_like(right),
    ),
    Local(
        Cause("derivative_ignored", "The gradient is passed on as it came: multiply it by the derivative."),
        _as_it_came,
    ),
    Local(
        Cause("counted_twice", "This gradient is counted twice: who else adds it?"),
        lambda _node, _place, _gradient, right: 2 * right,
    ),
)


class _Overwritten(RightRules):
    def merged(self, before, contribution):  # noqa: ARG002 - what it should look at
        return contribution


class _FirstKept(RightRules):
    """Only the first use of a node counts."""

    def merged(self, before, contribution):
        return before if np.any(before) else contribution


class _Forgetful(RightRules):
    def kept(self, before, found):  # noqa: ARG002 - as above
        return found


class _WithoutStart(RightRules):
    def start(self, root):
        return np.zeros(root.array.shape)


class _AveragedStart(RightRules):
    def start(self, root):
        return np.full(root.array.shape, 1 / max(root.array.size, 1))


class _BreadthFirst(RightRules):
    """Nodes pass their gradients on in the order in which a search from the output finds them."""

    pop = 0

    def order(self, root):
        found, waiting = [], [root]
        while waiting:
            node = waiting.pop(self.pop)
            if node not in found:
                found.append(node)
                waiting.extend(node.operands)
        return found


class _DepthFirst(_BreadthFirst):
    pop = -1


class _FromTheInputs(RightRules):
    def order(self, root):
        return super().order(root)[::-1]


OVERWRITTEN = Cause(
    "gradient_overwritten",
    "Something was there already: add to the gradient with +=, do not assign it.",
)
ORDER = Cause(
    "wrong_order",
    "A node passes its gradient on before all its users have added to it: order the sweep, consumers first.",
)
WHOLE = (
    Whole(OVERWRITTEN, _Overwritten()),
    Whole(
        Cause("earlier_gradient_lost", "A second backward pass adds to the gradients of the first."),
        _Forgetful(),
    ),
    Whole(
        Cause(OVERWRITTEN.key, "A node that is used twice gets a gradient from each use: add them up."),
        _FirstKept(),
    ),
    Whole(
        Cause("output_gradient_not_set", "The output itself begins with a gradient of 1, in its own shape."),
        _WithoutStart(),
    ),
    Whole(
        Cause("output_gradient_averaged", "Each number of the output begins with a gradient of 1."),
        _AveragedStart(),
    ),
    Whole(ORDER, _BreadthFirst()),
    Whole(ORDER, _DepthFirst()),
    Whole(ORDER, _FromTheInputs()),
)
MISTAKES = (*SPECIFIC, *WHOLE, *GENERAL)
