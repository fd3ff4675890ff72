"""The handout agrees with the rubric, the suite, the template, the commands and the limits."""

import argparse
import ast
import importlib
import importlib.util
import re
import shlex
import sys

import numpy as np
import pytest
import yaml
from typer.main import get_command

from grader.cli.main import app
from grader.core.rubric import parse_rubric
from grader.core.sections import referred_sections
from grader.handout import load_handout
from grader.handout.check import compare_handout
from grader.intake import DEFAULT_LIMITS
from grader.store.courses import HOURLY_LIMIT
from grader.template.export import project
from tests.assignment.handout import HANDOUT, boxes, commands, examples, headings, links, outcomes, rows_after
from tests.assignment.samples import ROOT

RUBRIC = parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8"))
SUITE = yaml.safe_load((ROOT / "tests" / "cases" / "suite.yaml").read_text(encoding="utf-8"))
STUDENTS = project(ROOT)  # the files of a student's project, by path
MIB = 1024 * 1024


def definitions(path, source):
    """Return the functions and methods of a module by qualified name."""
    tree = ast.parse(source, path)
    owned = [(f"{c.name}.", m) for c in tree.body if isinstance(c, ast.ClassDef) for m in c.body]
    found = [*(("", each) for each in tree.body), *owned]
    return {prefix + each.name: each for prefix, each in found if isinstance(each, ast.FunctionDef)}


def parameters_of(function):
    """Return the parameters of a definition in order, each with its default's source or None."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + arguments.defaults
    pairs = [
        *zip(positional, defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return [(parameter.arg, default and ast.unparse(default)) for parameter, default in pairs]


BOXES = list(boxes())
MODULES = {path: content for path, content in STUDENTS.items() if path.startswith("smulgrad/")}
DELIVERABLES = {name: f for path, source in MODULES.items() for name, f in definitions(path, source).items()}
ADAPTERS = definitions("tests/adapters.py", STUDENTS["tests/adapters.py"])
CASES = {
    path: content.decode()
    for path, content in STUDENTS.items()
    if re.match(r"tests/cases/test_\w+\.py", path)
}
EACH_BOX = pytest.mark.parametrize("box", BOXES, ids=lambda box: box.name)


def test_the_problems_are_those_of_the_rubric_in_its_order():
    """Each problem of the rubric has one box, and no box is about anything else."""
    assert [box.name for box in BOXES] == [problem.id for problem in RUBRIC.problems]


@EACH_BOX
def test_a_problem_has_the_rubrics_title_points_section_and_tests(box):
    """A box stands in the section that a report names, and its command runs the tests that give points."""
    problem = next(problem for problem in RUBRIC.problems if problem.id == box.name)

    assert (box.title, box.points) == (problem.title, problem.points)
    assert f"{box.section}.".startswith(f"{problem.section}.")
    assert box.codes("Tests") == [f"uv run pytest -k {problem.tests}"]


@EACH_BOX
def test_a_problems_command_runs_no_other_problems_tests(box):
    """The option -k takes every class whose name holds the word, so no class's name may hold another's."""
    [command] = box.codes("Tests")
    word = command.split()[-1].lower()

    assert [problem.id for problem in RUBRIC.problems if word in problem.tests.lower()] == [box.name]


@EACH_BOX
def test_a_deliverable_is_in_the_template(box):
    """Each name in code font that a box asks to write is a stub of the template."""
    assert set(box.names("Write")) <= DELIVERABLES.keys()


def test_every_function_of_the_template_is_asked_for():
    """No function waits in the template that no box asks for."""
    assert {name for box in BOXES for name in box.names("Write")} == DELIVERABLES.keys()


def test_every_adapter_is_named_by_a_problem():
    """Together the boxes name the adapters of the template, all of them and no other."""
    assert {name for box in BOXES for name in box.names("Adapters")} == ADAPTERS.keys()


@pytest.mark.parametrize("call", [call for box in BOXES for call in box.calls()])
def test_a_signature_is_the_templates(call):
    """Parameters that are given are those of the template, in order; the rest of its own have defaults."""
    name, _, parameters = call.removesuffix(")").partition("(")
    [expected] = ast.parse(f"def function({parameters}): pass").body

    given, known = parameters_of(expected), parameters_of((ADAPTERS | DELIVERABLES)[name])

    assert known[: len(given)] == given
    assert None not in [default for _, default in known[len(given) :]]


def test_sections_are_numbered_in_order():
    """Sections count from 1, and those within one from its number and 1."""
    numbers = [number for number, _ in headings()]

    chapter, section, counted = 0, 0, []
    for number in numbers:
        chapter, section = (chapter, section + 1) if "." in number else (chapter + 1, 0)
        counted.append(f"{chapter}.{section}" if section else f"{chapter}")
    assert numbers == counted


@pytest.mark.parametrize("part", [*RUBRIC.parts, *RUBRIC.bonus_parts], ids=lambda part: part.id)
def test_a_heading_tells_a_parts_title_and_points(part):
    """Each part has a heading with its title and points, and with its number if it has one."""
    number = f"Part {part.id.removeprefix('part')}: " if part in RUBRIC.parts else ""
    titles = [title.removeprefix("Bonus: ") for _, title in headings()]

    assert titles.count(f"{number}{part.title} ({part.max_score} points)") == 1


def test_the_table_of_parts_adds_up():
    """The overview lists every part with its points, and both totals."""
    parts = [[part.id.removeprefix("part"), part.title, str(part.max_score)] for part in RUBRIC.parts]
    bonus = [["bonus", part.title, str(part.max_score)] for part in RUBRIC.bonus_parts]
    totals = [["", "Total", str(RUBRIC.max_score)], ["", "Bonus (not in the score)", str(RUBRIC.max_bonus)]]

    assert rows_after("### 1.2 ") == [*parts, totals[0], *bonus, totals[1]]


def test_the_table_of_all_points_is_the_rubric():
    """The last table lists every problem with section, points and tests, by part, and both totals."""
    expected = []
    for parts, prefix, total in (
        (RUBRIC.parts, "Part {}: ", ["Total", "", str(RUBRIC.max_score), ""]),
        (RUBRIC.bonus_parts, "Bonus: ", ["Bonus in all", "", str(RUBRIC.max_bonus), ""]),
    ):
        for number, part in enumerate(parts, start=1):
            expected.append([prefix.format(number) + part.title, "", str(part.max_score), ""])
            expected += [[p.id, p.section, str(p.points), p.tests] for p in part.problems]
        expected.append(total)

    assert rows_after("## 12 ") == expected


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_a_command_is_one_that_exists(command):
    """Every command names a program, tests, a file or an option that is there."""
    match command:
        case ["uv", "sync"] | ["dot", "-Tsvg", "graph.dot"]:
            assert "pyproject.toml" in STUDENTS
        case ["uv", "run", "pytest", *options]:
            assert_pytest_takes(options)
        case ["uv", "run", "python", "-m", name, *_]:
            assert importlib.util.find_spec(name)
        case ["uv", "run", "python", path, *_]:
            assert path in STUDENTS
        case ["uv", "run", "grader", name, *words]:
            known = {option for each in get_command(app).commands[name].params for option in each.opts}
            assert {word for word in words if word.startswith("-")} <= known
        case _:
            pytest.fail(f"nobody has looked whether this works: {shlex.join(command)}")


def assert_pytest_takes(options):
    """Fail unless options of pytest are among those that we know, and select tests that there are."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    parser.add_argument("-k", default="")
    parser.add_argument("-x", action="store_true")
    parser.add_argument("--seed", type=int)

    words = set(re.findall(r"\w+", parser.parse_args(options).k)) - {"not", "and", "or"}

    assert all(any(word in name for name in (*CASES, *CASES.values())) for word in words)
    assert "--seed" in STUDENTS["tests/cases/conftest.py"].decode()


@pytest.fixture(scope="module")
def names():
    """Return the names that examples may use: the reference's classes and functions, and numpy."""
    sys.path.insert(0, str(ROOT / "reference"))
    modules = [importlib.import_module(f"smulgrad.{name}") for name in ("engine", "nn", "conv")]
    public = {name: value for module in modules for name, value in vars(module).items() if name[0] != "_"}
    return {**public, "np": np}


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.splitlines()[0])
def test_an_example_gives_what_its_remarks_say(example, names):
    """Run with the reference, each expression with a remark has the value that the remark names."""
    results = list(outcomes(example, dict(names)))

    for value, expected in results:
        np.testing.assert_allclose(value, expected, rtol=1e-12)
        assert np.shape(value) == np.shape(expected)
    assert results


def test_limits_are_those_of_the_suite_and_of_intake():
    """The table of limits has the suite's numbers for a run and the intake's for an upload."""
    limits, seconds = SUITE["limits"], SUITE["seconds"]
    told = dict(rows_after("### 11.2 "))

    assert list(told.values()) == [
        f"{limits['test_seconds']} s",
        f"{seconds['run_mnist_training']} s",
        f"{limits['run_seconds']} s",
        f"{limits['memory_mebibytes']} MiB",
        f"{limits['output_kibibytes']} KiB",
        f"{DEFAULT_LIMITS.upload_bytes // MIB} MiB, {DEFAULT_LIMITS.total_bytes // MIB} MiB",
        f"{DEFAULT_LIMITS.files}, {DEFAULT_LIMITS.file_bytes // MIB} MiB",
    ]
    assert f"You may hand in {HOURLY_LIMIT} times an hour" in HANDOUT


@pytest.mark.parametrize("link", links())
def test_a_link_leads_somewhere(link):
    """Pictures and links of the handout exist, here and in a student's project."""
    assert (ROOT / "docs" / link).is_file()
    assert f"docs/{link}" in STUDENTS


@pytest.mark.parametrize(
    "path", re.findall(r"`((?:smulgrad|tests|grader)/[\w/.]*|\w+\.(?:yaml|py))`", HANDOUT)
)
def test_a_file_that_is_named_is_in_the_project(path):
    """Files and folders in code font are those of a student's project."""
    assert any(name == path or (path.endswith("/") and name.startswith(path)) for name in STUDENTS)


@pytest.mark.parametrize("option", re.findall(r"`(--\w+)", HANDOUT))
def test_an_option_that_is_named_is_one_of_the_suite_or_the_demos(option):
    """Options in code font are added somewhere under tests/cases, or are everybody's --help."""
    added = [name for name, content in STUDENTS.items() if f'"{option}"'.encode() in content]

    assert option == "--help" or any(name.startswith("tests/cases/") for name in added)


def test_students_get_the_handout():
    """The exported project holds this very text."""
    assert STUDENTS["docs/handout.md"].decode() == HANDOUT


def test_every_section_that_is_named_exists():
    """Rubric, suite, template and guides name sections of the handout only, and all pictures are drawn."""
    handout = load_handout(ROOT, RUBRIC.handout, [problem.id for problem in RUBRIC.problems])
    named = {
        (path, number)
        for path, content in STUDENTS.items()
        if path.endswith((".py", ".md", ".yaml"))
        for number in referred_sections(content.decode())
    }

    assert compare_handout(RUBRIC, handout) == []
    assert {number for _, number in named} <= handout.sections
    assert ("rubric.yaml", "2.1") in named


def test_the_page_of_the_handout_is_complete():
    """Each problem has a box, each formula is typeset, and each figure has the colours of the page."""
    handout = load_handout(ROOT, RUBRIC.handout, [problem.id for problem in RUBRIC.problems])
    html = "".join(piece.html for piece in handout.pieces)

    assert [piece.problem for piece in handout.pieces[:-1]] == [problem.id for problem in RUBRIC.problems]
    assert handout.sections == {number for number, _ in headings()}
    assert html.count('<math display="block"') == HANDOUT.count("$$") // 2
    assert html.count("<svg ") == HANDOUT.count("![")
    assert html.count("currentColor") > 0
    assert not handout.figures
