"""The architecture as a test: who may import whom, and what runs inside the sandbox."""

import ast
import sys
from pathlib import Path

import pytest

GRADER = Path(__file__).resolve().parents[3] / "grader"
LAYERS = (
    {"core"},
    {"intake", "boundary", "sandbox", "render", "template", "seed", "settings", "store", "roster", "logs"},
    {"probe"},
    {"suite", "jobs", "service_settings", "runners", "downloads"},
    {"unattested", "pipeline"},
    {"batch", "web", "worker", "client", "proof"},
    {"app"},
    {"cli"},
    {"__main__"},
)
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


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_imports_point_to_lower_layers(path):
    """A module imports its own unit and units of lower layers, never a sibling or a higher one."""
    unit = unit_of(".".join(path.with_suffix("").parts))
    foreign = {unit_of(name) for name in imports_of(path) if name.startswith("grader.")} - {unit}

    wrong = {other for other in foreign if layer_of(other) >= layer_of(unit)}

    assert not wrong, f"{path} imports {wrong}"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_no_module_knows_an_assignment(path):
    """The grader imports no tests and no implementation, and does not know the assignment's name."""
    roots = {name.partition(".")[0] for name in imports_of(path)}
    text = (GRADER.parent / path).read_text(encoding="utf-8").lower()

    assert not roots & {"tests", "reference", "student_template", "smulgrad"}
    assert "smulgrad" not in text


@pytest.mark.parametrize("module", IN_SANDBOX)
def test_code_inside_the_sandbox_needs_only_numpy(module):
    """What runs beside the submission imports the standard library, numpy, and such modules of the grader."""
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
