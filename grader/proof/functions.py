"""The functions of a file, and a copy of the file in which each function says that it was called."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

Place = tuple[str, int, int]  # file, line and column of a function
CALLED = "@called"
PRELUDE = f"""
_called = set()
def _call(place):
    if place not in _called:
        _called.add(place)
        print("{CALLED}", place, flush=True)
"""
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True)
class Function:
    """A function or lambda of `file`: its dotted name, its lines and columns, both ends included."""

    name: str
    place: Place
    end: tuple[int, int]

    def holds(self, line: int, column: int) -> bool:
        """Tell whether a position lies in the function."""
        return self.place[1:] <= (line, column) <= self.end


def functions_of(file: str, tree: ast.AST, outer: str = "") -> Iterator[Function]:
    """Yield each function, an outer one before the functions in it."""
    for node in ast.iter_child_nodes(tree):
        name = outer
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            name = f"{outer}.{node.name}".lstrip(".")
        if isinstance(node, Definition):
            end = node.end_lineno or 0, node.end_col_offset or 0
            yield Function(name, (file, node.lineno, node.col_offset), end)
        yield from functions_of(file, node, name)


def innermost(functions: list[Function], line: int, column: int) -> Function | None:
    """Return the innermost of `functions` at a position; None outside of all."""
    return next((each for each in reversed(functions) if each.holds(line, column)), None)


def announcing(file: str, content: bytes) -> bytes:
    """Return the module `content`, in which each function prints its place when it is first called."""
    tree = _Announcing(file).visit(ast.parse(content))
    future = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    others = [node for node in tree.body if node not in future]
    tree.body = [*future, *ast.parse(PRELUDE).body, *others]
    return ast.unparse(ast.fix_missing_locations(tree)).encode()


def places_called(output: bytes) -> set[Place]:
    """Return the places that an announcing program has printed."""
    found = set()
    for line in output.decode(errors="replace").splitlines():
        mark, _, place = line.partition(" ")
        if mark == CALLED and place.count(":") == 2:  # noqa: PLR2004 - file, line and column
            file, row, column = place.split(":")
            found.add((file, int(row), int(column)))
    return found


class _Announcing(ast.NodeTransformer):
    def __init__(self, file: str) -> None:
        self._file = file

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Put the announcement before the body."""
        self.generic_visit(node)
        node.body.insert(0, ast.Expr(self._call(node)))
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        """Join the announcement, which returns None, to the body by `or`."""
        self.generic_visit(node)
        node.body = ast.BoolOp(ast.Or(), [self._call(node), node.body])
        return node

    def _call(self, node: Definition) -> ast.Call:
        place = f"{self._file}:{node.lineno}:{node.col_offset}"
        return ast.Call(ast.Name("_call", ast.Load()), [ast.Constant(place)], [])
