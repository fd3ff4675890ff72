"""The architecture as a test: the order of imports, the code inside the sandbox, the size of files."""

import ast
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

GRADER = Path(__file__).resolve().parents[3] / "grader"
LAYERS = (
    {"core", "assignment_folder"},
    {
        "intake",
        "boundary",
        "sandbox",
        "handout",
        "render",
        "template",
        "seed",
        "settings",
        "store",
        "roster",
        "logs",
    },
    {"probe"},
    {"suite", "service_settings", "runners", "downloads"},
    {"usecases", "unattested", "pipeline"},
    {"batch", "web", "worker", "client", "proof"},
    {"app"},
    {"cli"},
    {"__main__"},
)
MOST_LINES = 300
EXEMPT = (
    Path("tests", "assignment", "submissions"),  # as students write them
)
ROOT = GRADER.parent
MODULES = sorted(path.relative_to(GRADER.parent) for path in GRADER.rglob("*.py"))
IN_SANDBOX = (
    "grader.sandbox.limited",
    "grader.sandbox.zygote",
    "grader.sandbox.contained",
    "grader.boundary.submission_server",
)


def imports_of(path):
    """Return the names of all modules that a file imports, wherever in it."""
    tree = ast.parse((GRADER.parent / path).read_text(encoding="utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno} imports relatively"
            names.add(node.module)
    return names


def unit_of(module):
    """Return the part of the grader that a module name belongs to: `grader.core.text` is of `core`."""
    return module.split(".")[1] if "." in module else ""


def layer_of(unit):
    """Return the number of the layer that `unit` stands on."""
    return next(number for number, units in enumerate(LAYERS) if unit in units)


def path_of(module):
    """Return the file of a module of the grader."""
    path = Path(*module.split("."))
    return (
        path.with_suffix(".py")
        if (GRADER.parent / path).with_suffix(".py").is_file()
        else path / "__init__.py"
    )


def statements_at_load(body):
    """Yield the statements that run when a module loads: none of functions, none for type checkers."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            continue
        yield statement
        for field in ("body", "orelse", "finalbody"):
            yield from statements_at_load(getattr(statement, field, []))


def loaded_by(path):
    """Return the modules of the grader that a file imports when it loads."""
    tree = ast.parse((GRADER.parent / path).read_text(encoding="utf-8"))
    names = set()
    for node in statements_at_load(tree.body):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            parts = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {part if part in NAMES else node.module for part in parts}
    return names & NAMES


def name_of(path):
    """Return the dotted name of a module's file."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(path) for path in MODULES}


def test_no_modules_load_each_other():
    """Modules can be loaded one after the other: no two need each other, directly or by way of others."""
    graph = TopologicalSorter({name_of(path): loaded_by(path) for path in MODULES})

    try:
        graph.prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_imports_point_to_lower_layers(path):
    """A module imports its own unit and units of lower layers, never a sibling or a higher one."""
    unit = unit_of(".".join(path.with_suffix("").parts))
    foreign = {unit_of(name) for name in imports_of(path) if name.startswith("grader.")} - {unit}

    wrong = {other for other in foreign if layer_of(other) >= layer_of(unit)}

    assert not wrong, f"{path} imports {wrong}"


@pytest.mark.parametrize(("room", "other"), [("pages", "api"), ("api", "pages")])
def test_pages_and_api_do_not_know_each_other(room, other):
    """Pages and API share the use cases, and the HTTP modules of `grader.web` itself."""
    foreign = {
        f"{path} imports {name}"
        for path in MODULES
        if path.is_relative_to(Path("grader", "web", room))
        for name in imports_of(path)
        if f"{name}.".startswith(f"grader.web.{other}.")
    }

    assert not foreign


def test_rows_do_not_know_the_queue():
    """The queue lies beside the rows that it delivers: it imports them, and they do not import it."""
    foreign = {
        f"{path} imports {name}"
        for path in MODULES
        if path.is_relative_to(Path("grader", "store")) and "queue" not in path.parts
        for name in imports_of(path)
        if name.startswith("grader.store.queue")
    }

    assert not foreign


def test_use_cases_know_no_http():
    """The use cases take and return plain values: neither requests nor responses, and no web framework."""
    foreign = {
        f"{path} imports {name}"
        for path in MODULES
        if path.is_relative_to(Path("grader", "usecases"))
        for name in imports_of(path)
        if name.partition(".")[0] in {"fastapi", "starlette", "uvicorn"}
    }

    assert not foreign


def test_the_web_writes_no_sql():
    """Queries are for the store and the use cases: the web knows sessions and errors of a database only."""
    allowed = {"sqlalchemy.orm", "sqlalchemy.exc"}
    found = {
        f"{path} imports {name}"
        for path in MODULES
        if path.is_relative_to(Path("grader", "web"))
        for name in imports_of(path) - allowed
        if name.partition(".")[0] == "sqlalchemy"
    }

    assert not found


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_no_module_knows_an_assignment(path):
    """The grader imports no tests and no implementation, and does not know the assignment's name."""
    roots = {name.partition(".")[0] for name in imports_of(path)}
    text = (GRADER.parent / path).read_text(encoding="utf-8").lower()

    assert not roots & {"tests", "reference", "student_template", "smulgrad"}
    assert "smulgrad" not in text


@pytest.mark.parametrize("module", IN_SANDBOX)
def test_code_inside_the_sandbox_needs_only_numpy(module):
    """Modules that run beside the submission import the standard library, numpy, and each other."""
    waiting, seen = [module], set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for imported in imports_of(path_of(name)):
            if imported.startswith("grader."):
                waiting += [imported] if imported not in seen else []
            else:
                root = imported.partition(".")[0]
                assert root in sys.stdlib_module_names | {"numpy"}, f"{name} imports {imported}"


@pytest.mark.parametrize("place", ["grader", "reference", "tests", "benchmarks", "scripts"])
def test_no_file_is_too_long(place):
    """A file has at most 300 lines, of the tests as of the grader; only samples may be longer."""
    paths = {path.relative_to(ROOT): path for path in (ROOT / place).rglob("*.py")}
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in paths.items()}

    too_long = {name for name, lines in lengths.items() if lines > MOST_LINES}

    assert lengths
    assert {name for name in too_long if not any(name.is_relative_to(each) for each in EXEMPT)} == set()
