"""Cuts the solutions out of a module of the reference: what students must write becomes a request for it.

Solutions are marked: a block between `# BEGIN SOLUTION` and `# END SOLUTION`, each on a line of its own, or
a statement with `# solution` at the end of one of its lines, and the comment right above it. The first marked
piece in a function's body becomes `raise NotImplementedError("<function>: <what its docstring says>")`; all
others vanish.
"""

import ast
import io
import re
import tokenize
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from grader.template.layout import raising, tidied

BEGIN = "# BEGIN SOLUTION"
END = "# END SOLUTION"
MARK = "# solution"
ALMOST_A_MARKER = re.compile(r"#\s*((begin|end)\W*solutions?|solutions?\W*$)", re.IGNORECASE)

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


class MarkerError(ValueError):
    """Markers from which no template follows; carries `name` (the module's), `line` and `message`."""

    def __init__(self, line: int, message: str, *, name: str) -> None:
        super().__init__(f"{name} line {line}: {message}")
        self.name = name
        self.line = line
        self.message = message


@dataclass(frozen=True)
class Line:
    """A logical line: a statement (of a compound one, its head), or a comment on a line of its own."""

    first: int
    last: int
    is_statement: bool
    comments: tuple[tuple[int, str], ...]  # each with its row

    @property
    def rows(self) -> range:
        """All of its rows."""
        return range(self.first, self.last + 1)


@dataclass(frozen=True)
class Module:
    """A module of the reference: its name in messages, its rows that hold statements, and those marked."""

    name: str
    source: str
    statements: frozenset[int]
    marked: frozenset[int]

    def statements_of(self, definition: Definition) -> list[int]:
        """Return the rows of a definition that hold statements."""
        return [row for row in _rows_of(definition) if row in self.statements]

    def error(self, line: int, message: str) -> MarkerError:
        """Return the error that says `message` of a line, for the caller to raise."""
        return MarkerError(line, message, name=self.name)


def cut(source: str, name: str = "the reference") -> str:
    """Return the module `source` without its solutions, laid out as ruff format would leave it.

    Raises MarkerError and SyntaxError, which call the module `name`.
    """
    tree = ast.parse(source, name)
    lines = list(_logical_lines(source))
    statements = frozenset(row for line in lines if line.is_statement for row in line.rows)
    module = Module(name, source, statements, frozenset(_marked_rows(lines, name)))
    definitions = list(_definitions(tree))
    whole = {definition for title, definition in definitions if _is_marked(module, title, definition)}
    requests = _requests(module, [(title, d) for title, d in definitions if d not in whole])
    gone = module.marked.union(*map(_rows_of, whole))
    template = tidied(_cut_lines(module, gone, requests))
    _check_syntax(template, name)
    return template


def _logical_lines(source: str) -> Iterator[Line]:
    first, comments = 0, list[tuple[int, str]]()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        row = token.start[0]
        if token.type == tokenize.COMMENT and first:
            comments.append((row, token.string))
        elif token.type == tokenize.COMMENT:
            yield Line(row, row, is_statement=False, comments=((row, token.string),))
        elif token.type == tokenize.NEWLINE:
            yield Line(first, row, is_statement=True, comments=tuple(comments))
            first, comments = 0, []
        elif token.type not in {tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}:
            first = first or row


def _marked_rows(lines: Sequence[Line], name: str) -> Iterator[int]:
    """Yield the rows of all marked pieces, the markers' own included."""
    begun = 0
    remarks = {line.first for line in lines if not line.is_statement}
    for line in lines:
        for row, comment in line.comments:
            if mistake := _mistake(line, comment, begun):
                raise MarkerError(row, mistake, name=name)
            if comment == BEGIN:
                begun = row
            elif comment == END:
                yield from range(begun, row + 1)
                begun = 0
            elif comment.endswith(MARK):
                yield from line.rows
                yield from takewhile(remarks.__contains__, range(line.first - 1, 0, -1))
    if begun:
        raise MarkerError(begun, f"{BEGIN} has no {END}", name=name)


def _mistake(line: Line, comment: str, begun: int) -> str:
    """Say what is wrong with a comment of `line`, if anything; a block is open if `begun` is not 0."""
    if comment not in {BEGIN, END}:
        if ALMOST_A_MARKER.search(comment) and not comment.endswith(MARK):
            return f"`{comment}` is not a marker: write {BEGIN}, {END} or {MARK}"
        is_alone = comment == MARK and not line.is_statement
        return f"{MARK} belongs at the end of a statement" if is_alone else ""
    if line.is_statement:
        return f"{comment} must stand between statements, on a line of its own"
    if comment == BEGIN:
        return f"{BEGIN} within the block that began on line {begun}" if begun else ""
    return "" if begun else f"{END} has no {BEGIN}"


def _requests(module: Module, definitions: Sequence[tuple[str, Definition]]) -> dict[int, list[str]]:
    """Return, for the first marked row in each function's body, the lines that stand there instead."""
    owners: dict[int, tuple[str, Function]] = {}
    for title, definition in definitions:
        if not isinstance(definition, ast.ClassDef):
            owners |= dict.fromkeys(module.statements_of(definition), (title, definition))
    first_rows = {owners[row]: row for row in sorted(module.marked & owners.keys(), reverse=True)}
    return {
        row: raising(f"{title}: {_sentence(module, title, function)}", module.source.split("\n")[row - 1])
        for (title, function), row in first_rows.items()
    }


def _definitions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, Definition]]:
    """Yield each class and function with its qualified name, outer ones before inner ones."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Definition):
            yield prefix + child.name, child
            yield from _definitions(child, f"{prefix}{child.name}.")
        else:
            yield from _definitions(child, prefix)


def _is_marked(module: Module, title: str, definition: Definition) -> bool:
    """Tell whether a definition is marked as a whole; refuse one of which the head is marked, but not all."""
    rows = module.statements_of(definition)
    head = [row for row in rows if row < _start(definition.body[0])] or rows[:1]
    if module.marked.isdisjoint(head):
        return False
    if left := [row for row in rows if row not in module.marked]:
        raise module.error(left[0], f"{title} is marked in part: mark all of it, or nothing but its body")
    return True


def _start(statement: ast.stmt) -> int:
    """Return a statement's first row, that of its first decorator if it has one."""
    decorators = statement.decorator_list if isinstance(statement, Definition) else []
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _rows_of(definition: Definition) -> range:
    return range(_start(definition), (definition.end_lineno or definition.lineno) + 1)


def _sentence(module: Module, title: str, function: Function) -> str:
    """Return the first sentence of a function's docstring, as the end of a longer sentence."""
    paragraph = " ".join((ast.get_docstring(function) or "").split("\n\n")[0].split())
    if not paragraph or function.body[0].lineno in module.marked:
        problem = f"{title} keeps no docstring, whose first sentence tells students what to return"
        raise module.error(function.lineno, problem)
    sentence = re.split(r"(?<=[.!?])\s(?![a-z])", paragraph, maxsplit=1)[0].removesuffix(".")
    return sentence if sentence[1:2].isupper() else sentence[0].lower() + sentence[1:]


def _cut_lines(
    module: Module, gone: Container[int], requests: Mapping[int, Sequence[str]]
) -> Iterator[str | None]:
    """Yield the lines that stay and the requests, and None for each line that is gone."""
    for row, text in enumerate(module.source.split("\n"), start=1):
        if row in requests:
            yield from requests[row]
        else:
            yield None if row in gone else text


def _check_syntax(template: str, name: str) -> None:
    try:
        ast.parse(template)
    except SyntaxError as error:
        shown = (error.text or "").strip()
        problem = f"what the markers leave is not Python, {error.msg} at `{shown}`; mark whole statements"
        raise MarkerError(error.lineno or 1, problem, name=f"the template of {name}") from None
