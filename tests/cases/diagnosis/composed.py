"""A tape as an engine records it that builds -, / and negation from +, * and **, as many do."""

from tests.cases.diagnosis.tape import Tape

BUILT = {"-", "/", "neg"}


def composed(tape):
    """Return a tape without BUILT, and its node for each node of `tape`; None if there is none of BUILT."""
    if not any(node.operation in BUILT for node in tape.nodes):
        return None
    other, known, inner = Tape(), {}, {}
    for node in tape.nodes:
        first = len(other.nodes)
        known[node] = _built(other, node, [known[operand] for operand in node.operands])
        inner[node] = [each for each in reversed(other.nodes[first:]) if each.operation]
    for kind, node, *rest in tape.events:
        nodes = inner[node] if kind == "rule" and node.operation else [known[node]]
        other.events += [(kind, each, *rest) for each in nodes]
    return other, known


def _built(other, node, operands):
    if not node.operation:
        return other.leaf(node.array, is_scalar=node.is_scalar, is_constant=node.is_constant)
    if node.operation == "neg":
        return other.apply("*", operands[0], -1.0)
    if node.operation == "-":
        return other.apply("+", operands[0], other.apply("*", operands[1], -1.0))
    if node.operation == "/":
        return other.apply("*", operands[0], other.apply("**", operands[1], -1.0))
    return other.apply(node.operation, *operands, **node.settings)
