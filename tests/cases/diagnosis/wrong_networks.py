"""Mistakes in the gradients of softmax and cross-entropy."""

from tests.cases.diagnosis.mistakes import Cause, Local


def _softmax_by_element(node, _place, gradient, _right):
    return gradient * node.array * (1 - node.array)


def _softmax_without_sum(node, _place, gradient, _right):
    return gradient * node.array


def _softmax_over(node, gradient, axis):
    return node.array * (gradient - (gradient * node.array).sum(axis=axis, keepdims=axis is not None))


def _softmax_along_others(node, _place, gradient, right):
    """Return the gradient with its sum taken along another axis, or over everything."""
    own = range(node.array.ndim)[node.settings.get("axis", -1)]
    axes = [axis for axis in (*reversed(range(node.array.ndim)), None) if axis != own]
    found = [_softmax_over(node, gradient, axis) for axis in axes]
    return found[0] if found else right


def _softmax_over_everything(node, _place, gradient, _right):
    return _softmax_over(node, gradient, None)


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


NETWORKS = (
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
        Cause("wrong_axis", "The sum in the gradient of softmax goes along the axis of the softmax."),
        _softmax_along_others,
        ("softmax",),
    ),
    Local(
        Cause("wrong_axis", "The sum in the gradient of softmax goes along its axis, not over everything."),
        _softmax_over_everything,
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
)
