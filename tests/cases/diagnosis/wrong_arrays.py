"""Mistakes in the gradients of broadcasting, reductions, changes of shape and matrix products."""

import math

import numpy as np

from tests.cases.diagnosis.mistakes import Cause, Local, reduced

UNSUMMED = Cause(
    "not_summed_over_broadcast",
    "The operand was stretched by broadcasting: sum its gradient over those axes.",
)


def _first_of_batch(node, place, gradient, right):
    """Return the gradient of a matrix by the first of the products of a batch."""
    full = _unsummed_product(node, place, gradient) if right.ndim > 1 else None
    return full[(0,) * (full.ndim - right.ndim)] if full is not None and full.ndim > right.ndim else None


def _smaller_elements(node, place, gradient, right):
    axis = node.settings.get("axis")
    x = node.inputs[place]
    top = x.max(axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=True)
    return _everywhere(node, place, gradient, right) * (x < top)


def _stretched_copies(node, place):
    """Return how many copies broadcasting made of an operand; of a matrix product, of its matrices."""
    if node.operation != "@":
        return node.array.size / max(node.inputs[place].size, 1)
    return math.prod(node.array.shape[:-2]) / max(math.prod(node.inputs[place].shape[:-2]), 1)


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


def _summed_in_part(chosen):
    """Return a wrong rule that sums over some of the stretched axes: `chosen(in_front, of_length_1)`."""

    def wrong(node, place, gradient, right):
        full = _unsummed(node, place, gradient, right)
        if full is None or node.operation == "@":
            return None
        extra = full.ndim - right.ndim
        in_front = list(range(extra))
        stretched = [
            axis for axis in range(extra, full.ndim) if full.shape[axis] != right.shape[axis - extra]
        ]
        axes = chosen(in_front, stretched)
        if len(axes) == len(in_front) + len(stretched):
            return None
        summed = full.sum(axis=tuple(axes), keepdims=True)
        return summed.squeeze(tuple(axis for axis in axes if axis in in_front))

    return wrong


def _unsummed_product(node, place, gradient):
    x, y = node.inputs
    if min(x.ndim, y.ndim) < 2:
        return None
    return gradient @ np.swapaxes(y, -1, -2) if place == 0 else np.swapaxes(x, -1, -2) @ gradient


def _swapped_matrices(node, place, gradient, right):
    x, y = node.inputs
    return _product_of_shape([(y.T, gradient) if place == 0 else (gradient, x.T)], right.shape)


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
    return np.swapaxes(right, -1, -2).reshape(right.shape) if right.ndim > 1 else None


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


def _share_of_all(node, place, gradient, right):
    """Return the share of each winner if the winners of all maxima are counted together."""
    full = _whole_share(node, place, gradient, right)
    return full / max(np.count_nonzero(full), 1) if node.settings.get("axis") is not None else None


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


def _everywhere_in_parts(node, place, gradient, right):
    return _everywhere(node, place, gradient, right) / (node.inputs[place].size / node.array.size)


def _in_other_order(node, place, gradient, _right):
    shape = node.inputs[place].shape
    return gradient.reshape(shape, order="F") if gradient.ndim > 1 or len(shape) > 1 else None


def _reshaped(node, place, gradient, _right):
    return gradient.reshape(node.inputs[place].shape)


ARRAYS = (
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
        Cause("gradient_to_all_elements", "Only the maxima share the gradient, not all elements."),
        _everywhere_in_parts,
        ("max",),
    ),
    Local(
        Cause("ties_counted_everywhere", "Each maximum has ties of its own: count them along the axis."),
        _share_of_all,
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
    Local(UNSUMMED, _unsummed, ("+", "-", "*", "/", "@")),
    Local(UNSUMMED, _summed_in_part(lambda _in_front, stretched: stretched), ("+", "-", "*", "/")),
    Local(UNSUMMED, _summed_in_part(lambda in_front, _stretched: in_front), ("+", "-", "*", "/")),
    Local(
        UNSUMMED,
        _summed_in_part(lambda in_front, stretched: in_front + stretched[:1]),
        ("+", "-", "*", "/"),
    ),
    Local(
        UNSUMMED,
        _summed_in_part(lambda in_front, stretched: in_front[:1] + stretched),
        ("+", "-", "*", "/"),
    ),
    Local(
        Cause("averaged_over_broadcast", "Sum the gradients of the copies that broadcasting made; no mean."),
        _averaged,
        ("+", "-", "*", "/", "@"),
    ),
    Local(
        Cause("one_copy_of_broadcast", "Broadcasting made many copies: sum the gradients of all of them."),
        _one_copy,
        ("+", "-", "*", "/"),
    ),
    Local(
        Cause(
            "one_copy_of_broadcast", "The matrix serves the whole batch: sum the gradients of all products."
        ),
        _first_of_batch,
        ("@",),
    ),
    Local(
        Cause("sum_averaged", "Each element of a sum gets the whole gradient, not its share of it."),
        lambda node, place, _gradient, right: right * node.array.size / node.inputs[place].size,
        ("sum",),
    ),
    Local(
        Cause("smaller_elements", "The maxima get the gradient, and the smaller elements nothing."),
        _smaller_elements,
        ("max",),
    ),
)
