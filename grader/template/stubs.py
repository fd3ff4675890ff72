"""Cuts a module of the reference down to stubs, by a rule.

A public function or method with a docstring keeps its signature and docstring. Its body becomes
`raise NotImplementedError("<name>: <first sentence of the docstring>")`. A public class with a docstring
keeps such methods. Imports and public constants stay if a stub uses them. Aliases of stubs stay, and so does
`np`, which students need. Everything else vanishes, with the comment directly above it.

`# solution` at the end of the first line of a definition or an import makes that vanish, too. As the first
line of a module it removes the module.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from itertools import takewhile

from grader.template.layout import raising, tidied

MARK = "# solution"
ALMOST_A_MARK = re.compile(r"#\s*((begin|end)\W*solutions?\b|solutions?\W*$)", re.IGNORECASE)

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef
Import = ast.Import | ast.ImportFrom


class TemplateError(ValueError):
    """A module from which no template follows; carries `name` (the module's), `line` and `message`."""

    def __init__(self, line: int, message: str, *, name: str) -> None:
        super().__init__(f"{name} line {line}: {message}")
        self.name = name
        self.line = line
        self.message = message


def cut(source: str, name: str = "the reference") -> str:
    """Return the stubs of the module `source`, laid out as ruff format leaves them; "" if nothing is left.

    Raises TemplateError and SyntaxError, which call the module `name`.
    """
    body = ast.parse(source, name).body
    template = "" if source.startswith(f"{MARK}\n") else _Module(source, body, name).cut()
    try:
        ast.parse(template)
    except SyntaxError as error:
        problem = f"the stubs are not Python, {error.msg}: lay out the module as ruff format does"
        raise TemplateError(error.lineno or 1, problem, name=f"the template of {name}") from error
    return template


class _Module:
    """A module of the reference while it is cut: its lines, of which some become gaps (None)."""

    def __init__(self, source: str, body: Sequence[ast.stmt], name: str) -> None:
        self.name = name
        self.body = body
        self.lines: list[str | None] = list(source.split("\n"))
        self.marked = frozenset(_marked_rows(source, body, name))
        self.lacking = {bound for each in body if not self.may_stay(each) for bound in _bound(each)}
        self.lacking -= {bound for each in body if self.may_stay(each) for bound in _bound(each)}

    def cut(self) -> str:
        """Return the template."""
        kept: list[ast.stmt] = [*self.stubs(self.body)]
        stubs = {bound for each in kept for bound in _bound(each)}
        used = {"np", *(name for each in kept for name in self.names(each))}
        for each in reversed(self.body):  # a constant stands above those that use it
            is_alias = (
                isinstance(each, ast.Assign) and isinstance(each.value, ast.Name) and each.value.id in stubs
            )
            if each not in kept and self.may_stay(each) and (is_alias or used.intersection(_bound(each))):
                kept.append(each)
                used |= self.names(each)
        self.cut_body(self.body, kept)
        return tidied(self.lines) if kept or not self.body[1:] else ""

    def may_stay(self, statement: ast.stmt) -> bool:
        """Return whether a statement is a stub, or stays if a stub uses it."""
        if not isinstance(statement, Definition | Import | ast.Assign | ast.AnnAssign):
            return False
        is_public = any(not name.startswith("_") or name.endswith("__") for name in _bound(statement))
        is_documented = not isinstance(statement, Definition) or bool(ast.get_docstring(statement))
        return is_public and is_documented and statement.lineno not in self.marked

    def stubs(self, body: Sequence[ast.stmt]) -> list[Definition]:
        """Return the classes, functions or methods that stay."""
        return [each for each in body if isinstance(each, Definition) and self.may_stay(each)]

    def names(self, statement: ast.stmt) -> set[str]:
        """Return the names that the template uses in a statement. Raises TemplateError if it lacks one."""
        nodes = [node for part in self.parts(statement) for node in ast.walk(part)]
        used = {node.id: node.lineno for node in nodes if isinstance(node, ast.Name)}
        for name in used.keys() & self.lacking:
            needed = "a public name, no mark, and a docstring if it is a class or a function"
            problem = f"a stub uses {name}, which the template lacks; to be there it needs {needed}"
            raise TemplateError(used[name], problem, name=self.name)
        return set(used)

    def parts(self, statement: ast.stmt) -> Iterator[ast.AST]:
        """Yield the parts of a statement that stay: of a function all but its body."""
        if isinstance(statement, ast.ClassDef):
            yield from [*statement.decorator_list, *self.bases(statement)]
            for method in self.stubs(statement.body):
                yield from self.parts(method)
        elif isinstance(statement, Function):
            yield from [*statement.decorator_list, statement.args, statement.returns or ast.Pass()]
        else:
            yield statement

    def bases(self, owner: ast.ClassDef) -> list[ast.expr]:
        """Return the base classes that stay."""
        return [base for base in owner.bases if getattr(base, "id", "") not in self.lacking]

    def cut_body(self, body: Sequence[ast.stmt], kept: Sequence[ast.stmt], owner: str = "") -> None:
        """Cut the statements of a module or a class down to those that stay, and to their stubs."""
        for each in body:
            if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant):
                continue  # a docstring
            if each not in kept:
                self.remove(each)
            elif isinstance(each, ast.ClassDef):
                bases = ", ".join(map(ast.unparse, [*self.bases(each), *each.keywords]))
                head = self.lines[each.lineno - 1] or ""
                self.lines[each.lineno - 1] = re.sub(r"\(.*\)(?=:)", f"({bases})" if bases else "", head)
                self.cut_body(each.body, self.stubs(each.body), f"{owner}{each.name}.")
            elif isinstance(each, Function):
                self.cut_function(each, owner + each.name)

    def cut_function(self, function: Function, title: str) -> None:
        """Replace everything but head and docstring."""
        docstring = function.body[0]
        row = docstring.end_lineno or 0
        stub = raising(f"{title}: {_sentence(function)}", " " * docstring.col_offset)
        for gone in [*self.comments_above(docstring.lineno), *range(row + 1, self.end(function) + 1)]:
            self.lines[gone - 1] = None
        self.lines[row - 1] = "\n".join([self.lines[row - 1] or "", *stub])

    def remove(self, statement: ast.stmt) -> None:
        """Remove a statement, its decorators and the comment directly above it."""
        first = min(node.lineno for node in [statement, *getattr(statement, "decorator_list", ())])
        for row in [*self.comments_above(first), *range(first, self.end(statement) + 1)]:
            self.lines[row - 1] = None

    def comments_above(self, row: int) -> Iterator[int]:
        """Yield the rows of the comment directly above a row."""
        return takewhile(lambda above: _is_comment(self.lines[above - 1] or ""), range(row - 1, 0, -1))

    def end(self, statement: ast.stmt) -> int:
        """Return the last row of a statement, with the comments below its body that belong to it."""
        last = statement.end_lineno or statement.lineno
        below = enumerate(self.lines[last:], last + 1)
        inside = takewhile(lambda line: not line[1] or _is_comment(line[1], statement.col_offset + 1), below)
        return max([last, *(row for row, line in inside if line)])


def _marked_rows(source: str, body: Sequence[ast.stmt], name: str) -> Iterator[int]:
    """Yield the rows of all marks. Raises TemplateError for one that is misplaced or misspelt."""
    inner = [statement for each in body if isinstance(each, ast.ClassDef) for statement in each.body]
    places = {each.lineno for each in [*body, *inner] if isinstance(each, Definition | Import)}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        row, comment = token.start[0], token.string
        if token.type == tokenize.COMMENT and comment.endswith(MARK):
            if row not in places:
                problem = f"{MARK} belongs at the end of the first line of a definition or an import"
                raise TemplateError(row, problem, name=name)
            yield row
        elif token.type == tokenize.COMMENT and ALMOST_A_MARK.search(comment):
            raise TemplateError(row, f"`{comment}` is no mark: write {MARK}, or remove it", name=name)


def _is_comment(line: str, indent: int = 0) -> bool:
    """Return whether a line is nothing but a comment, indented at least so far."""
    return line.lstrip().startswith("#") and len(line) - len(line.lstrip()) >= indent


def _bound(statement: ast.stmt) -> list[str]:
    """Return the names that a statement binds in its module."""
    if isinstance(statement, Definition):
        return [statement.name]
    nodes = list(ast.walk(statement))
    imported = [node.asname or node.name.partition(".")[0] for node in nodes if isinstance(node, ast.alias)]
    return [*imported, *(n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))]


def _sentence(function: Function) -> str:
    """Return the first sentence of a function's docstring, as the end of a longer sentence."""
    paragraph = " ".join((ast.get_docstring(function) or "").split("\n\n")[0].split())
    sentence = re.split(r"(?<=[.!?])\s(?![a-z])", paragraph, maxsplit=1)[0].removesuffix(".")
    return sentence if sentence[1:2].isupper() else sentence[0].lower() + sentence[1:]
