"""Gradients of a tape as a right engine finds them, and as an engine with one mistake would."""

import numpy as np


class RightRules:
    """How a right engine passes gradients on; a mistake differs from it in one method."""

    def contribution(self, node, place, gradient):
        """Return the share that `node`, whose gradient is `gradient`, adds to its operand `place`."""
        return (gradient.ravel() @ node.slopes[place]).reshape(node.inputs[place].shape)

    def places(self, node):
        """Return the operands of a node in the order in which it passes gradients on."""
        return range(len(node.operands))

    def merged(self, before, contribution):
        """Return a gradient to which `contribution` is added."""
        return before + contribution

    def order(self, root):
        """Return the nodes that lead to `root`, in the order in which they pass gradients on."""
        return sorted(leading_to(root), key=lambda node: -node.place)

    def start(self, root):
        """Return the gradient with which the output begins."""
        return np.ones(root.array.shape)

    def fresh(self, node):
        """Return the gradient with which a new node begins."""
        return np.zeros(node.array.shape)

    def of_result(self, found):
        """Return the gradient of an operation's result after a backward pass that finds `found`."""
        return found

    def kept(self, before, found):
        """Return the gradient of a leaf after a backward pass that finds `found`."""
        return before + found


RIGHT = RightRules()


def gradients(events, rules=RIGHT):
    """Return the gradient of each node after `events`."""
    held = {}
    go_on(held, events, rules)
    return held


def go_on(held, events, rules=RIGHT):
    """Bring the gradients `held` of nodes up to date with further `events`."""
    for kind, node, *rest in events:
        if kind == "grad":
            held[node] = rest[0].copy()
        elif kind == "rule":
            _pass_on(node, held, held, rules)
        else:
            _sweep(node, held, rules)


def _sweep(root, held, rules):
    found = {root: rules.start(root)}
    for node in rules.order(root):
        if node in found:
            _pass_on(node, found, found, rules)
    for node, gradient in found.items():
        is_result = node.operands or node is root
        before = held[node] if node in held else rules.fresh(node)
        held[node] = rules.of_result(gradient) if is_result else rules.kept(before, gradient)


def _pass_on(node, found, target, rules):
    gradient = found.get(node)
    if gradient is None:
        return
    for place in rules.places(node):
        operand = node.operands[place]
        if operand.is_constant:
            continue
        before = target.get(operand, np.zeros(operand.array.shape))
        target[operand] = rules.merged(before, rules.contribution(node, place, gradient))


def leading_to(root):
    """Return the nodes that `root` was made from, and itself."""
    known, waiting = {root}, [root]
    while waiting:
        for operand in waiting.pop().operands:
            if operand not in known:
                known.add(operand)
                waiting.append(operand)
    return known
