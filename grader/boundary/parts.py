"""A module that runs by parts: an import that fails costs the names that it binds, and nothing else.

Adapters import all of a student's modules at their top, so one broken bonus file would end every test. Here
the names of the broken import become stand-ins. A stand-in raises the reason where the code uses it. A
student's own run and the sandbox do the same. This file imports only the standard library.
"""

import ast
import builtins
import os
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any, NoReturn

from grader.boundary.source import compile_source

broken: "dict[str, BaseException]" = {}  # each sentence on an import that failed, and its reason

Import = ast.Import | ast.ImportFrom
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class BrokenImport(ImportError):  # noqa: N818 - the name is the fact
    """The code uses a name whose import failed."""

    def __init__(self, message: str, reason: BaseException) -> None:
        super().__init__(message)
        self.told = message
        self.reason = reason


BrokenImport.__name__ = "ImportError"  # the name is shown to students


class StandIn:
    """Stands for a name whose import failed: every use raises the reason."""

    def __init__(self, message: str, reason: BaseException) -> None:
        """Raise `message`, which tells of `reason`, at each use."""
        self.__message = message
        self.__reason = reason

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise BrokenImport(self.__message, self.__reason)

    __call__ = __getitem__ = __iter__ = __enter__ = _refuse
    __instancecheck__ = __subclasscheck__ = __mro_entries__ = _refuse

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()


def run_module(module: ModuleType, source: str, path: str) -> None:
    """Run a module's source, whole or else by parts. Raises the errors that no import caused."""
    namespace = vars(module)
    try:
        exec(compile_source(source, path), namespace)  # noqa: S102 - importing runs code
    except (Exception, SystemExit) as error:
        line = _line_in(path, error)
        if not line:
            raise
        _run_by_parts(source, path, namespace, line)


def _run_by_parts(source: str, path: str, namespace: dict[str, Any], line: int) -> None:
    """Go on with the statement at `line`, which raised; those before it are done."""
    tree = ast.parse(source, path)
    flags = _future_flags(tree)
    missing = None
    for node in _single_imports(tree):
        if (node.end_lineno or line) < line:
            continue
        code = compile(ast.Module([node], []), path, "exec", flags=flags, dont_inherit=True)
        try:
            exec(code, namespace)  # noqa: S102 - as above
        except (Exception, SystemExit) as error:
            stand_in = _stand_in(node, error, path)
            if stand_in is None:
                raise
            if _has_star(node):
                missing = stand_in
            _bind(node, stand_in, namespace)
    if missing is not None:
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        namespace |= dict.fromkeys(names - namespace.keys() - vars(builtins).keys(), missing)


def _future_flags(tree: ast.Module) -> int:
    """Return the compiler's flags for the module's imports from __future__, which hold for all of it."""
    import __future__  # noqa: PLC0415 - few modules need it

    named = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    names = [alias.name for node in named for alias in node.names]
    return sum(getattr(__future__, name).compiler_flag for name in set(names) if hasattr(__future__, name))


def _single_imports(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield the statements of a module, an import of several names as several imports."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (ast.copy_location(ast.Import([alias]), node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield ast.copy_location(ast.ImportFrom(node.module, [alias], node.level), node)
        else:
            yield node


def _stand_in(node: ast.stmt, error: BaseException, path: str) -> StandIn | None:
    """Return the stand-in for the names of a statement that raised, or None if no import is the reason."""
    if isinstance(error, BrokenImport):
        return StandIn(error.told, error.reason)
    line = _line_in(path, error)
    for found in _imports(node):
        if found.lineno <= line <= (found.end_lineno or found.lineno):
            message = _message(found, error)
            broken.setdefault(message, error)
            return StandIn(message, error)
    return None


def _message(node: Import, error: BaseException) -> str:
    name = node.names[0].name
    if isinstance(node, ast.ImportFrom):
        name = "." * node.level + (node.module or name)
    if isinstance(error, SyntaxError) and error.filename:
        reason, place = f"{type(error).__name__}: {error.msg}", (error.filename, error.lineno or 0)
    else:
        own = [frame for frame in _frames(error) if _is_own(frame[0])]
        reason, place = f"{type(error).__name__}: {error}", own[-1]
    where = f"{os.path.relpath(place[0])}, line {place[1]}"
    return f"{name} cannot be imported: {reason} ({where}). Only what needs it is lost."


def _line_in(path: str, error: BaseException) -> int:
    """Return the line of a module's own code that an error came through, or 0."""
    return next((line for file, line in _frames(error) if file == path), 0)


def _frames(error: BaseException) -> list[tuple[str, int]]:
    """Return file and line of each frame of an error's traceback, the outermost first."""
    found, trace = [], error.__traceback__
    while trace is not None:
        found.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    return found


def _is_own(file: str) -> bool:
    """Tell whether a frame's file is the project's: one in this folder, but not of an environment in it."""
    if file.startswith("<") or file == __file__ or "site-packages" in file:
        return False
    return not os.path.isabs(file) or file.startswith(os.getcwd() + os.sep)


def _imports(node: ast.AST) -> Iterator[Import]:
    """Yield the imports that run with a statement, those of functions aside."""
    if isinstance(node, Import):
        yield node
    elif not isinstance(node, Definition):
        for child in ast.iter_child_nodes(node):
            yield from _imports(child)


def _has_star(node: ast.stmt) -> bool:
    return any(alias.name == "*" for found in _imports(node) for alias in found.names)


def _bind(node: ast.stmt, stand_in: StandIn, namespace: dict[str, Any]) -> None:
    """Bind the names that a statement would have bound."""
    for found in _imports(node):
        for alias in found.names:
            if isinstance(found, ast.Import) and alias.asname is None and "." in alias.name:
                _bind_submodule(alias.name, stand_in, namespace)
            elif alias.name != "*":
                namespace[alias.asname or alias.name] = stand_in
    if isinstance(node, Definition):
        namespace[node.name] = stand_in
        return
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            namespace.setdefault(each.id, stand_in)


def _bind_submodule(name: str, stand_in: StandIn, namespace: dict[str, Any]) -> None:
    """Bind `package` of `import package.module`: the package itself if it is there, its module a stand-in."""
    top, *rest = name.split(".")
    if top not in sys.modules:
        namespace[top] = stand_in
        return
    namespace[top] = package = sys.modules[top]
    for depth, part in enumerate(rest, start=2):
        if ".".join([top, *rest[: depth - 1]]) not in sys.modules:
            setattr(package, part, stand_in)
            return
        package = sys.modules[".".join([top, *rest[: depth - 1]])]
