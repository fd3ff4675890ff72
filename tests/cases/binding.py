"""Binds `tests.adapters` to the project under test, in this process.

The grader binds the same name to its own remote adapters before it collects the cases; then nothing is done.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import tests
from grader.boundary.parts import run_module
from grader.boundary.source import decode_module
from tests.cases.project import importing

NAME = "tests.adapters"


class BrokenAdapters(ModuleType):
    """Stands in for adapters that cannot be imported: every use raises the reason, for each test to tell."""

    def __init__(self, reason, source):
        super().__init__(NAME)
        self.__file__ = str(source)
        self._reason = reason

    def __getattr__(self, name):
        message = f"tests/adapters.py cannot be imported, so {name} is out of reach: {self._reason!r}"
        raise ImportError(message) from self._reason


def default_submission(root):
    """Return the project to test: `root` if it has adapters of its own, else `root`/reference."""
    return root if (root / "tests" / "adapters.py").is_file() else root / "reference"


def bind(submission):
    """Import the adapters of the project in the folder `submission` as `tests.adapters`; return the project.

    Returns None, and does nothing, when they are bound already. Raises FileNotFoundError when the folder has
    no tests/adapters.py.
    """
    if NAME in sys.modules:
        return None
    source = Path(submission).resolve() / "tests" / "adapters.py"
    if not source.is_file():
        message = f"{source} does not exist: --submission takes a project folder that holds tests/adapters.py"
        raise FileNotFoundError(message)
    project = importing(source.parents[1])
    project.install()
    sys.path.insert(0, str(source.parents[1]))
    tests.__path__.append(str(source.parent))
    tests.adapters = sys.modules[NAME] = _imported(source)
    return project


def _imported(source):
    """Return the adapters module at `source`, or a stand-in that tells why it is not there."""
    spec = importlib.util.spec_from_file_location(NAME, source)
    module = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = module
    try:
        run_module(module, decode_module(source.read_bytes(), str(source)), str(source))
    except (Exception, SystemExit) as reason:  # noqa: BLE001 - a student's module may raise anything
        return BrokenAdapters(reason, source)
    return module
