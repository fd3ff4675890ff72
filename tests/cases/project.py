"""A student's project as grading imports it: broken parts cost themselves, other packages are not there."""

import ast
import sys
from importlib.machinery import PathFinder, SourceFileLoader
from pathlib import Path

from grader.boundary.elsewhere import KNOWN, Elsewhere, sentence
from grader.boundary.parts import run_module
from grader.boundary.source import compile_source, decode_module
from tests.cases.opened import OpenedFiles

SUITE = Path(__file__).parent
NEVER_OURS = {"site-packages", "dist-packages", ".venv", "venv"}


class ProjectLoader(SourceFileLoader):
    """Loads a module of the project; the head of a package runs by parts where an import of its fails."""

    def __init__(self, name, path, project):
        """Load `path`, which is of `project`."""
        super().__init__(name, path)
        self._project = project

    def exec_module(self, module):
        """Run the module, unless it imports at its top a module that grading lacks."""
        source = decode_module(self.get_data(self.path), self.path)
        if self.is_package(module.__name__):
            run_module(module, source, self.path)
            return
        self._project.check(source, self.path)
        exec(compile_source(source, self.path), vars(module))  # noqa: S102 - it is what importing is


class Project:
    """Finds the modules in a folder, its src/ included, and refuses modules that grading lacks."""

    def __init__(self, root):
        """Look in the folder `root`."""
        self._root = root
        self._places = [str(root), str(root / "src")]
        self._elsewhere = Elsewhere(self.is_own, self.paths)
        self.opened = OpenedFiles(root, self.is_own)

    def install(self):
        """Ask this finder before all others, and note which files are opened."""
        sys.meta_path.insert(0, self)
        self.opened.install()

    def find_spec(self, name, path=None, target=None):
        """Return the spec of a module of the project. Raises ModuleNotFoundError."""
        spec = PathFinder.find_spec(name, self._places if path is None else path)
        if spec is None or (spec.origin and not self.is_own(spec.origin)):
            return self._elsewhere.find_spec(name, path, target)
        if isinstance(spec.loader, SourceFileLoader):
            spec.loader = ProjectLoader(name, spec.origin, self)
        return spec

    def is_own(self, file):
        """Tell whether a file is the student's own: in the project, and neither ours nor a package's."""
        path = Path(file)
        if self._root not in path.parents or SUITE in path.parents:
            return False
        parts = path.relative_to(self._root).parts
        return parts[0] != "grader" and not NEVER_OURS & set(parts)

    def paths(self):
        """Return the modules of the project, by their relative paths."""
        found = (path for path in self._root.rglob("*.py") if self.is_own(str(path)))
        return sorted(path.relative_to(self._root).as_posix() for path in found)

    def check(self, source, path):
        """Raise ModuleNotFoundError for an import, at a module's top, that grading lacks."""
        for node in compile(source, path, "exec", ast.PyCF_ONLY_AST).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            for name in (each.partition(".")[0] for each in names):
                if name not in KNOWN and PathFinder.find_spec(name, self._places) is None:
                    asking = f"{Path(path).relative_to(self._root).as_posix()} line {node.lineno}"
                    raise ModuleNotFoundError(sentence(asking, name, self.paths()), name=name)


def importing(root):
    """Return the finder of the project in the folder `root`."""
    return Project(Path(root).resolve())
