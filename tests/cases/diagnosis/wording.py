"""Words for a failure: the variable, the expression, the inputs, and the first difference."""

import numpy as np

from tests.cases.checks import brief
from tests.cases.diagnosis.sweep import leading_to

SHOWN_NUMBERS = 12  # of an input; of a larger one only the shape is shown
EXPRESSION_CHARACTERS = 120
MOST_INPUTS = 6
DEPTH = 8
CUT = "..."
SIGNS = ("+", "-", "*", "/", "**", "@")


class Words:
    """Names of nodes: the test's own, else letters."""

    def __init__(self, finding):
        """Speak about `finding`."""
        self._names = dict(finding.names)
        self._finding = finding
        self.mentioned = {}

    def message(self, problem):
        """Return all lines: the sentence, then the inputs."""
        return "\n".join([self.sentence(problem), *self.inputs()])

    def sentence(self, problem):
        """Return the first line: the fault, the variable and the expression."""
        node, role = self._finding.node, self._finding.role
        if role == "second":
            return f"the second derivative of {self._short(node)} is wrong: {problem}"
        if role == "data":
            return f"the value of {self._short(node)} is wrong: {problem}"
        root = self._root()
        if root is None or root is node:
            return f"the gradient of {self.name(node)} is wrong: {problem}"
        return f"the gradient of {self.name(node)} in {self._short(root)} is wrong: {problem}"

    def leaves(self):
        """Return the value of each input of the expressions so far."""
        return [f"{self.name(node)} = {_shown(node.array)}" for node in self.mentioned if not node.operation]

    def inputs(self):
        """Return a line for each input of the expression, and for each gradient that the test set."""
        given = [(self.name(node), node.array) for node in self.mentioned if not node.operation]
        for kind, node, *rest in self._finding.tape.events:
            if kind == "grad":
                word = "" if node.operation else " before"
                given.append((f"{self.name(node)}.grad{word}", rest[0]))
        lines = [f"{name} = {_shown(array)}" for name, array in given[:MOST_INPUTS]]
        return [*lines, f"and {len(given) - MOST_INPUTS} more"] if len(given) > MOST_INPUTS else lines

    def name(self, node):
        """Return the name of a node: the test's, its expression in brackets, or a number."""
        if node.is_constant and not node.array.ndim:
            return brief(node.array)
        if node in self._names:
            self.mentioned.setdefault(node)
            return self._names[node]
        if node.operation:
            return f"({self.expression(node)})"
        unnamed = [each for each in self.mentioned if each not in self._finding.names and not each.operation]
        self._names[node] = f"x{len(unnamed) + 1}"
        self.mentioned.setdefault(node)
        return self._names[node]

    def expression(self, node, depth=0):
        """Return the formula of `node`, of bounded length."""
        if not node.operation:
            return self.name(node)
        self.mentioned.setdefault(node)
        if depth >= DEPTH:
            return CUT
        is_infix = node.operation in SIGNS or node.operation == "neg"
        operands = [self._operand(operand, depth, is_infix) for operand in node.operands]
        return _formula(node, operands)[: 2 * EXPRESSION_CHARACTERS]

    def _short(self, root):
        """Return the expression, or how many operations it has if that is too long to read."""
        mentioned = dict(self.mentioned)
        text = self.expression(root)
        if len(text) <= EXPRESSION_CHARACTERS and CUT not in text:
            return text
        self.mentioned = mentioned
        operations = {each.operation: None for each in leading_to(root) if each.operation}
        return f"an expression of {', '.join(sorted(operations))}"

    def _operand(self, node, depth, is_infix):
        if not node.operation or depth + 1 >= DEPTH:
            return self.name(node) if not node.operation else CUT
        inner = self.expression(node, depth + 1)
        return f"({inner})" if is_infix and node.operation in SIGNS else inner

    def _root(self):
        """Return the node whose backward pass or rule was the last one to reach the variable."""
        for kind, node, *_ in reversed(self._finding.tape.events):
            if kind != "grad" and self._finding.node in leading_to(node):
                return node
        return None


def _formula(node, operands):
    if node.operation in SIGNS and len(operands) == 2:
        return f"{operands[0]} {node.operation} {operands[1]}"
    if node.operation == "neg":
        return f"-{operands[0]}"
    settings = [f"{name}={_setting(value)}" for name, value in node.settings.items()]
    return f"{node.operation}({', '.join([*operands, *settings])})"


def _setting(value):
    return tuple(int(each) for each in value) if isinstance(value, tuple | list) else value


def _shown(array):
    if not array.ndim:
        return brief(array)
    if array.size > SHOWN_NUMBERS:
        return f"an array of shape {array.shape}"
    return np.array2string(array, precision=6, separator=", ").replace("\n", " ")


def shapes_of(tape, names):
    """Return a line on the shapes of the test's arrays, those that have a name there."""
    named = [(name, node.array.shape) for node, name in names.items() if node.array.ndim]
    if not named:
        named = [("an input", node.array.shape) for node in tape.nodes if not node.operation]
    shown = ", ".join(f"{name} {shape}" for name, shape in named[:MOST_INPUTS])
    return [f"shapes in the test: {shown}"] if shown else []
