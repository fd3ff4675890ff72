"""The template for students: it follows from the reference and gives nothing of it away."""

import ast
import importlib.util
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.template import export, regenerate
from grader.template.generate import generate

ROOT = Path(__file__).resolve().parents[3]
REFERENCE = ROOT / "reference"
TEMPLATE = ROOT / "student_template"
MODULES = sorted(path.relative_to(TEMPLATE).as_posix() for path in TEMPLATE.rglob("*.py"))
REFERENCE_MODULES = sorted(path.relative_to(REFERENCE).as_posix() for path in REFERENCE.rglob("*.py"))
TELLING = 25  # characters; a shorter line may stand in both by chance
IMPORTS = ("import ", "from ")  # give nothing away: stubs name each other's types
MOST_LINES = 24  # of a run without anything written
SHARED = {  # of the grader, byte for byte
    *("grader/__init__.py", "grader/core/__init__.py"),
    *(f"grader/core/{name}.py" for name in ("advice", "document", "rubric", "scoring", "text")),
    "grader/render/__init__.py",
    *(f"grader/render/{name}.py" for name in ("advice_lines", "block", "failure", "marks")),
    *(f"grader/render/{name}.py" for name in ("points_table", "screen")),
    *(f"grader/boundary/{name}.py" for name in ("__init__", "elsewhere", "parts", "source")),
}


def solution_lines(source):
    """Yield the lines of a module that tell how it solves a problem, comments included.

    They are those of function bodies below their docstrings, of private and of marked definitions, and of
    statements that neither define nor import nor bind a public name.
    """
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        name = getattr(node, "name", "")
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            is_private = re.match(r"_[^_]", name) or lines[node.lineno - 1].endswith("# solution")
            is_bare = isinstance(node, ast.FunctionDef) and not ast.get_docstring(node)
            docstring = node.lineno - 1 if is_private or is_bare else node.body[0].end_lineno
            if is_private or isinstance(node, ast.FunctionDef):
                yield from map(str.strip, lines[docstring : node.end_lineno])
        elif isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Name):
            yield from map(str.strip, lines[node.lineno - 1 : node.end_lineno])


@pytest.fixture
def functions_of(monkeypatch):
    """Return a function from the path of a template's module to its functions by qualified name."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "smulgrad"]:
        monkeypatch.delitem(sys.modules, name)  # the reference's
    monkeypatch.syspath_prepend(TEMPLATE)

    def functions(path):
        spec = importlib.util.spec_from_file_location(f"template_{Path(path).stem}", TEMPLATE / path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        own = [member for member in vars(module).values() if getattr(member, "__module__", "") == spec.name]
        members = [
            *own,
            *(member for owner in filter(inspect.isclass, own) for member in vars(owner).values()),
        ]
        members = [member.fget if isinstance(member, property) else member for member in members]
        return {member.__qualname__: member for member in members if inspect.isfunction(member)}

    yield functions
    for name in [name for name in sys.modules if name.partition(".")[0] == "smulgrad"]:
        del sys.modules[name]  # the template's; monkeypatch brings the reference's back


def run_pytest(project, *arguments):
    """Run pytest as a student does, without the plugins that are here and not there."""
    environment = {**os.environ, "COLUMNS": "100", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture
def exported(tmp_path):
    """Return a freshly exported student project."""
    project = tmp_path / "project"
    export(ROOT, project)
    return project


def test_the_template_is_in_step_with_the_reference():
    """Regenerating changes nothing; if this fails, run `grader template regenerate`."""
    present = {path: (TEMPLATE / path).read_bytes() for path in MODULES}

    assert generate(REFERENCE) == present


@pytest.mark.parametrize("path", REFERENCE_MODULES)
def test_no_solution_is_left_in_the_template(path):
    """No line of a function's body in the reference stands anywhere in the template, nor do marks."""
    source = (REFERENCE / path).read_text()
    lines = solution_lines(source) if path in MODULES else map(str.strip, source.splitlines())
    telling = {line for line in lines if len(line) > TELLING and not line.startswith(IMPORTS)}
    template = "\n".join((TEMPLATE / module).read_text() for module in MODULES)

    assert not {line for line in telling if line in template}
    assert "solution" not in template.lower()


@pytest.mark.parametrize("name", ["engine", "nn", "conv", "drawing", "adam", "mnist"])
def test_the_reference_tells_enough_to_notice_a_leak(name):
    """Each module that has a template has lines that must not be in it."""
    assert len([*solution_lines((REFERENCE / "smulgrad" / f"{name}.py").read_text())]) > 10


@pytest.mark.parametrize("path", [path for path in MODULES if not path.endswith("__init__.py")])
def test_every_function_asks_for_its_body(path, functions_of):
    """Each function of the template raises NotImplementedError, with its name and its task."""
    functions = functions_of(path)

    for name, function in functions.items():
        parameters = inspect.signature(function).parameters.values()
        required = [p for p in parameters if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
        with pytest.raises(NotImplementedError, match=rf"^{re.escape(name)}: .*\w{{3}}"):
            function(*[None] * len(required))
    assert functions


def test_the_template_has_no_helpers(functions_of):
    """How a solution is cut into functions is left to students: none of the stubs is private."""
    names = [name for path in MODULES for name in functions_of(path)]

    assert not [name for name in names if re.search(r"(^|\.)_[^_]", name)]


def test_an_exported_project_is_complete(tmp_path):
    """It has the template, the suite and its modules, the rubric, and the grader's scoring unchanged."""
    project = tmp_path / "new" / "project"

    written = export(ROOT, project)

    names = {path.relative_to(project).as_posix() for path in written}
    assert names == {p.relative_to(project).as_posix() for p in project.rglob("*") if p.is_file()}
    assert {"pyproject.toml", "README.md", ".gitignore", "rubric.yaml", "tests/__init__.py"} <= names
    assert {"tests/mnist_utils.py", "tests/cases/conftest.py", "tests/cases/suite.yaml", *MODULES} <= names
    assert {"docs/handout.md", "docs/handout/graph.svg"} <= names
    assert {"tests/cases/demo_mlp.py", "tests/cases/demo_mnist.py", "tests/cases/demos/stage.py"} <= names
    assert {name for name in names if name.startswith("grader/")} == SHARED
    assert all((project / name).read_bytes() == (ROOT / name).read_bytes() for name in SHARED)
    assert not [name for name in names if "__pycache__" in name or "provided" in name]
    assert not [name for name in names if name.startswith(("tests/grader/", "tests/assignment/"))]


def test_an_empty_folder_is_filled(tmp_path):
    """A folder that is there and empty will do."""
    export(ROOT, tmp_path)

    assert (tmp_path / "pyproject.toml").is_file()


@pytest.mark.parametrize("name", ["project", "project/mine.py"])
def test_nothing_is_overwritten(tmp_path, name):
    """A destination with something in it, or a file, is refused by name, and nothing is written."""
    mine = tmp_path / "project" / "mine.py"
    mine.parent.mkdir()
    mine.write_text("precious")

    with pytest.raises(FileExistsError, match=re.escape(str(tmp_path / name))):
        export(ROOT, tmp_path / name)

    assert [path.read_text() for path in tmp_path.rglob("*.py")] == ["precious"]


def test_an_assignment_without_a_template_is_refused(tmp_path):
    """A missing part of the assignment is named, and nothing is written."""
    (tmp_path / "rubric.yaml").write_bytes((ROOT / "rubric.yaml").read_bytes())

    with pytest.raises(FileNotFoundError, match="cases"):
        export(tmp_path, tmp_path / "project")

    assert not (tmp_path / "project").exists()


def test_at_first_nothing_is_written(exported):
    """In a fresh project no test passes or breaks, and the few lines name the first problem as the next."""
    run = run_pytest(exported, "-k", "not mnist")

    summary = run.stdout.splitlines()[-1]
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout + run.stderr
    assert re.search(r"^\d+ deselected, \d+ not started in ", summary), summary
    assert len(run.stdout.splitlines()) <= MOST_LINES
    assert re.search(r"^  total +0 / 104$", run.stdout, re.MULTILINE)
    assert "Next: A Value holds a number (" in run.stdout


def test_a_finished_project_gets_all_points(exported):
    """With the reference's code all but MNIST passes, and the table says so: 104 of 104, and the bonuses."""
    shutil.copytree(REFERENCE, exported, dirs_exist_ok=True)

    run = run_pytest(exported, "-k", "not mnist")

    assert run.returncode == pytest.ExitCode.OK, run.stdout + run.stderr
    assert re.search(r"^  total +104 / 104$", run.stdout, re.MULTILINE)
    assert re.search(r"convolution +10 / 10$", run.stdout, re.MULTILINE)
    assert "Next:" not in run.stdout


def test_the_students_own_report_scores_as_the_table_says(exported, tmp_path):
    """`grader score` gives a report of `pytest --json-report` the total of the student's table."""
    shutil.copytree(REFERENCE, exported, dirs_exist_ok=True)
    engine = exported / "smulgrad" / "engine.py"
    engine.write_text(engine.read_text().replace("math.exp(self.data)", "math.exp(self.data) + 1"))
    options = (
        "-p",
        "pytest_jsonreport.plugin",
        "--json-report",
        f"--json-report-file={tmp_path / 'own.json'}",
    )

    run = run_pytest(exported, "-k", "not mnist", *options)
    command = [
        sys.executable,
        "-m",
        "grader",
        "score",
        tmp_path / "own.json",
        "--json",
        tmp_path / "score.json",
    ]
    scored = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)

    assert scored.returncode == 0, scored.stderr
    points = json.loads((tmp_path / "score.json").read_text())["score"]
    assert 0 < points < 104
    assert re.search(rf"^  total +{points:g} / 104$", run.stdout, re.MULTILINE), run.stdout


def test_regenerating_replaces_the_modules_and_nothing_else(tmp_path):
    """Modules follow the reference, those without a counterpart are removed, other files stay."""
    (tmp_path / "reference" / "knots").mkdir(parents=True)
    bowline = '"""Knots."""\n\nTURNS = 2\n\n\ndef tie():\n    """Tie it."""\n    return TURNS\n'
    (tmp_path / "reference" / "knots" / "bowline.py").write_text(bowline)
    (tmp_path / "reference" / "knots" / "secret.py").write_text(f"# solution\n{bowline}")
    (tmp_path / "student_template").mkdir()
    (tmp_path / "student_template" / "old.py").write_text("gone = True\n")
    (tmp_path / "student_template" / "README.md").write_text("Tie knots.\n")

    written = regenerate(tmp_path)

    template = tmp_path / "student_template"
    assert written == [template / "knots" / "bowline.py"]
    assert written[0].read_text().endswith('    raise NotImplementedError("tie: tie it")\n')
    assert "TURNS" not in written[0].read_text()
    assert sorted(p.name for p in template.rglob("*") if p.is_file()) == ["README.md", "bowline.py"]


def test_a_mistake_in_the_reference_changes_nothing(tmp_path):
    """The error about a wrong mark has file and line, and the template stays."""
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "a.py").write_text("x = 1\n")
    (tmp_path / "reference" / "b.py").write_text("x = 1\n# solution\n")

    with pytest.raises(ValueError, match=r"reference/b\.py line 2: "):
        regenerate(tmp_path)

    assert not (tmp_path / "student_template").exists()
