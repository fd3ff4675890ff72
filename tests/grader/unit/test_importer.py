"""The in-memory importer: it acts as a project's own folder on sys.path, without the folder."""

import importlib
import inspect
import linecache
import sys
import traceback

import numpy as np
import pytest

from grader.boundary.importer import MemoryImporter

LATIN = "# -*- coding: latin-1 -*-\nname = 'Gauß'\n"


@pytest.fixture
def project(monkeypatch, tmp_path):
    """Return a function that makes files, given as text or bytes by path, importable from memory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "meta_path", sys.meta_path.copy())
    monkeypatch.setattr(sys, "path", sys.path.copy())
    monkeypatch.setattr(sys, "modules", sys.modules.copy())
    kept = linecache.cache.copy()

    def install(files):
        contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        tops = {path.split("/")[0].removesuffix(".py") for path in contents}
        for name in [name for name in sys.modules if name.partition(".")[0] in tops]:
            del sys.modules[name]
        MemoryImporter(contents).install()

    yield install
    linecache.cache.clear()
    linecache.cache.update(kept)


def shown(error):
    """Return the traceback of an error as Python prints it."""
    return "".join(traceback.format_exception(error))


def test_a_module_beside_the_others_is_found(project):
    """A file at the top is a module."""
    project({"autodiff.py": "x = 3\n"})

    assert importlib.import_module("autodiff").x == 3


def test_a_package_with_an_init_file_is_found(project):
    """A folder with __init__.py is a package whose code runs first."""
    project({"engine/__init__.py": "from engine.value import x\n", "engine/value.py": "x = 3\n"})

    package = importlib.import_module("engine")

    assert package.x == 3
    assert package.__path__


def test_a_folder_without_an_init_file_is_a_package_too(project):
    """A folder of modules is a namespace package, however deep it lies."""
    project({"engine/scalar/value.py": "x = 3\n"})

    assert importlib.import_module("engine.scalar.value").x == 3


def test_a_package_comes_before_a_module_of_its_name(project):
    """Beside engine/__init__.py the file engine.py is not seen, as in Python itself."""
    project({"engine.py": "x = 'file'\n", "engine/__init__.py": "x = 'package'\n"})

    assert importlib.import_module("engine").x == "package"


def test_relative_imports_work(project):
    """Modules of a package reach each other by dots, from below and from above."""
    project(
        {
            "engine/__init__.py": "",
            "engine/value.py": "from .ops import add\nfrom . import ops\nx = add(ops.one, 2)\n",
            "engine/ops/__init__.py": "from ..numbers import one\ndef add(a, b): return a + b\n",
            "engine/numbers.py": "one = 1\n",
        }
    )

    assert importlib.import_module("engine.value").x == 3


def test_an_import_beyond_the_project_is_refused_as_usual(project):
    """A relative import above the top raises ImportError, and other names ModuleNotFoundError."""
    project({"engine/part.py": "from ...above import x\n", "other.py": "import engine_that_is_not_there\n"})

    with pytest.raises(ImportError):
        importlib.import_module("engine.part")
    with pytest.raises(ModuleNotFoundError, match="engine_that_is_not_there"):
        importlib.import_module("other")


def test_the_project_comes_before_installed_packages(project):
    """A module of the project hides one of the same name that is installed."""
    project({"colorsys.py": "x = 3\n"})

    assert importlib.import_module("colorsys").x == 3


def test_a_module_knows_its_file(project):
    """__file__ is set and relative to the project, for students who build paths from it."""
    project(
        {"tests/adapters.py": "import os\nup = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))\n"}
    )

    module = importlib.import_module("tests.adapters")

    assert module.__file__ == "tests/adapters.py"
    assert module.up == importlib.import_module("os").getcwd()


@pytest.mark.parametrize(
    "line",
    [
        "sys.path.insert(0, 'engine')",
        "sys.path.append(os.path.join(os.path.dirname(__file__), '..', 'engine'))",
        "sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / 'engine'))",
    ],
    ids=["relative", "os.path", "pathlib"],
)
def test_folders_that_the_project_puts_on_the_path_are_searched(project, line):
    """After sys.path.append(folder) the modules in that folder of the project are modules at the top."""
    project(
        {
            "tests/adapters.py": f"import os, pathlib, sys\n{line}\nimport value\n",
            "engine/value.py": "x = 3\n",
        }
    )

    assert importlib.import_module("tests.adapters").value.x == 3


def test_a_folder_that_is_not_on_the_path_is_not_searched(project):
    """A module in a folder is not found by its bare name without more."""
    project({"engine/value_of_engine.py": "x = 3\n"})

    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("value_of_engine")


def test_a_folder_without_code_is_no_package(project):
    """A folder of pictures or notes does not hide an installed package of its name."""
    project({"colorsys/notes.txt": "red"})

    assert importlib.import_module("colorsys").rgb_to_hsv


def test_submodules_of_installed_packages_are_left_alone():
    """A folder of the project that is called as an installed package does not get into that package."""
    importer = MemoryImporter({"numpy/extra.py": b"x = 3\n"})

    assert importer.find_spec("numpy.extra", np.__path__) is None
    assert importer.find_spec("numpy.extra", ["numpy"]).origin == "numpy/extra.py"


def test_a_path_outside_the_project_leads_nowhere(project):
    """Folders above the project on sys.path do not lead back into it."""
    project({"engine/value_of_engine.py": "x = 3\n"})
    sys.path.append("../../engine")

    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("value_of_engine")


def test_a_syntax_error_names_file_and_line(project):
    """A file that does not compile raises SyntaxError with its relative path, line and text."""
    project({"smulgrad/engine.py": "class Value:\n    def __init__(self, data)\n        self.data = data\n"})

    with pytest.raises(SyntaxError) as caught:
        importlib.import_module("smulgrad.engine")

    assert (caught.value.filename, caught.value.lineno) == ("smulgrad/engine.py", 2)
    assert "def __init__(self, data)" in shown(caught.value)


@pytest.mark.parametrize(
    "content",
    [LATIN.encode("latin-1"), b"\xef\xbb\xbfname = 'Gau\xc3\x9f'\n", "name = 'Gauß'\r\n".encode()],
    ids=["latin-1", "utf-8-bom", "utf-8-crlf"],
)
def test_a_source_is_read_in_its_own_encoding(project, content):
    """A coding line, a byte order mark and Windows line ends are understood."""
    project({"names.py": content})

    assert importlib.import_module("names").name == "Gauß"


@pytest.mark.parametrize(
    "content",
    [b"name = 'Gau\xdf'\n", b"# coding: no-such-coding\n", b"x = 1\0\n"],
    ids=["not-utf8", "unknown-coding", "null-byte"],
)
def test_a_source_that_cannot_be_read_is_a_syntax_error_that_names_the_file(project, content):
    """Bytes that are no text, an unknown coding or a null byte: the error says in which file."""
    project({"engine/names.py": content})

    with pytest.raises(SyntaxError, match=r"engine/names\.py"):
        importlib.import_module("engine.names")


def test_a_traceback_shows_the_lines_of_the_source(project):
    """The frames of an error name relative paths and show source lines, though there is no file."""
    project({"engine/value.py": "def half(x):\n    return x / 0  # here\n"})
    module = importlib.import_module("engine.value")

    with pytest.raises(ZeroDivisionError) as caught:
        module.half(1)

    assert 'File "engine/value.py", line 2, in half\n    return x / 0  # here' in shown(caught.value)


def test_the_source_of_a_function_can_be_inspected(project):
    """inspect.getsource works as it does for files."""
    project({"engine.py": "def half(x):\n    return x / 2\n"})

    assert inspect.getsource(importlib.import_module("engine").half) == "def half(x):\n    return x / 2\n"
