"""Mutants: copies of a file with one small mechanical change each.

A change replaces the span of one node of the syntax tree, so comments, layout and all other lines stay.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from grader.proof.functions import Function, functions_of, innermost

OPERATORS: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.Pow: ("**", "*"),
    ast.MatMult: ("@", "*"),
}
COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
OPPOSITES = ast.Eq | ast.NotEq | ast.Is | ast.IsNot | ast.In | ast.NotIn
SIMPLE = ast.Expr | ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Raise
DIGEST_CHARACTERS = 6


@dataclass(frozen=True)
class Span:
    """A change: the places of the old text in bytes, the new text, and the kind."""

    kind: str
    begin: int
    end: int
    instead: str


@dataclass(frozen=True)
class Mutant:
    """A changed copy of `file`.

    `id` names it by file, function, kind and the text of its line, so an edit elsewhere leaves it as it is.
    `before` and `after` are the line, `function` is where the change lies, or None.
    """

    id: str
    file: str
    line: int
    before: str
    after: str
    content: bytes
    function: Function | None


def mutants_of(file: str, content: bytes) -> list[Mutant]:
    """Return all mutants of a file, in the order of their places."""
    tree = ast.parse(content)
    starts = _line_starts(content)
    functions = list(functions_of(file, tree))
    spans = sorted(_spans(tree, _Text(content, starts)), key=lambda span: (span.begin, span.end, span.kind))
    counts: dict[str, int] = {}
    found = []
    for span in spans:
        mutant = _mutant(file, content, span, functions, starts)
        if mutant is not None:
            number = counts[mutant.id] = counts.get(mutant.id, 0) + 1
            found.append(mutant if number == 1 else _with_number(mutant, number))
    return found


class _Text:
    """A file as bytes, and where the nodes of its tree stand in it."""

    def __init__(self, content: bytes, starts: Sequence[int]) -> None:
        self.content = content
        self._starts = starts

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Return the first and the last place of a node."""
        begin = self._starts[node.lineno - 1] + node.col_offset
        return begin, self._starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)

    def of(self, node: ast.expr | ast.stmt) -> str:
        """Return the text of a node."""
        begin, end = self.span(node)
        return self.content[begin:end].decode()

    def sign(self, left: ast.expr, right: ast.expr, sign: str) -> tuple[int, int]:
        """Return where the operator `sign` stands between two operands."""
        after, before = self.span(left)[1], self.span(right)[0]
        begin = self.content.index(sign.encode(), after, before)
        return begin, begin + len(sign)


def _spans(tree: ast.AST, text: _Text) -> Iterator[Span]:
    for node in _changeable(tree):
        for change in CHANGES:
            yield from change(node, text)


def _changeable(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes below `node`, without annotations, docstrings, messages and imports."""
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "decorator_list"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.JoinedStr) or not isinstance(child, ast.AST) or _is_docstring(child):
                continue
            yield child
            if not isinstance(child, ast.Raise | ast.Import | ast.ImportFrom):
                yield from _changeable(child)


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _deletion(node: ast.AST, text: _Text) -> Iterator[Span]:
    if isinstance(node, SIMPLE):
        yield Span("delete", *text.span(node), "pass")
    if isinstance(node, ast.Return) and node.value is not None and text.of(node) != "return None":
        yield Span("return-none", *text.span(node), "return None")


def _operator(node: ast.AST, text: _Text) -> Iterator[Span]:
    if isinstance(node, ast.BinOp):
        sign, other = OPERATORS.get(type(node.op), ("", ""))
        if sign:
            yield Span("operator", *text.sign(node.left, node.right, sign), other)
    if isinstance(node, ast.AugAssign) and type(node.op) in OPERATORS:
        sign, other = OPERATORS[type(node.op)]
        place = text.sign(node.target, node.value, f"{sign}=")
        yield Span("operator", *place, f"{other}=")
        yield Span("assign", *place, "=")


def _constant(node: ast.AST, text: _Text) -> Iterator[Span]:
    if isinstance(node, ast.Constant) and type(node.value) in {int, float}:
        yield Span("number", *text.span(node), repr(node.value + 1))  # type: ignore[operator] # checked above
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield Span("boolean", *text.span(node), repr(not node.value))


def _condition(node: ast.AST, text: _Text) -> Iterator[Span]:
    tests = [node.test] if isinstance(node, ast.If | ast.While | ast.IfExp) else []
    tests += node.ifs if isinstance(node, ast.comprehension) else []
    for test in tests:
        if isinstance(test, ast.Compare) and isinstance(test.ops[0], OPPOSITES):
            continue  # the comparison's own mutant is the same program
        yield Span("condition", *text.span(test), f"(not ({text.of(test)}))")


def _comparison(node: ast.AST, text: _Text) -> Iterator[Span]:
    if isinstance(node, ast.Compare):
        sides = pairwise([node.left, *node.comparators])
        for (left, right), operator in zip(sides, node.ops, strict=True):
            sign, other = COMPARISONS[type(operator)]
            yield Span("comparison", *text.sign(left, right, sign), other)
    if isinstance(node, ast.BoolOp):
        sign, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        yield Span("boolean", *text.sign(node.values[0], node.values[1], sign), other)


def _sign(node: ast.AST, text: _Text) -> Iterator[Span]:
    if isinstance(node, ast.UnaryOp):
        yield Span("sign", *text.span(node), text.of(node.operand))


CHANGES = (_deletion, _operator, _constant, _condition, _comparison, _sign)


def _mutant(
    file: str, content: bytes, span: Span, functions: list[Function], starts: Sequence[int]
) -> Mutant | None:
    """Return the mutant of a change; None if it is no Python."""
    changed = content[: span.begin] + span.instead.encode() + content[span.end :]
    try:
        ast.parse(changed)
    except SyntaxError:
        return None
    line = sum(start <= span.begin for start in starts)
    function = innermost(functions, line, span.begin - starts[line - 1])
    before = content.splitlines()[line - 1].decode().strip()
    digest = sha256(before.encode()).hexdigest()[:DIGEST_CHARACTERS]
    name = function.name if function else ""
    return Mutant(
        id=f"{file}:{name or 'module'}:{span.kind}:{digest}",
        file=file,
        line=line,
        before=before,
        after=changed.splitlines()[line - 1].decode().strip(),
        content=changed,
        function=function,
    )


def _with_number(mutant: Mutant, number: int) -> Mutant:
    return Mutant(**{**vars(mutant), "id": f"{mutant.id}-{number}"})


def _line_starts(content: bytes) -> list[int]:
    """Return where each line of a file begins."""
    starts = [0]
    for line in content.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts[:-1]
