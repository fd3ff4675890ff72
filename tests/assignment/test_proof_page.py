"""docs/proof.json is about the catalogue and the reference of today, reaches the figures, and is the page."""

import json

import pytest

from grader.core.rubric import parse_rubric
from grader.intake.folder import read_folder
from grader.proof.catalogue import known_mistakes, load_catalogue, mistakes_about
from grader.proof.page import render_page
from grader.proof.proof import KILLED_SHARE, LEAST_CAUGHT
from grader.proof.prover import all_mutants, plant_mistake
from tests.assignment.samples import ROOT

MOST_ARGUMENTS = 126  # mutants that are listed as equivalent: the list may only shrink
LEAST_MISTAKES = 150
LEAST_NAMED, MOST_MISNAMED = 104, 5  # of 127 mistakes of gradients: what is reached, and may only improve
RENEW = "run `uv run grader rubric prove --json docs/proof.json --page docs/proof.md`"
DOCUMENT = json.loads((ROOT / "docs" / "proof.json").read_text(encoding="utf-8"))
RUBRIC = parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8"))
CATALOGUE = load_catalogue(ROOT, RUBRIC)
CASES = "".join(path.read_text(encoding="utf-8") for path in (ROOT / RUBRIC.suite).glob("test_*.py"))
BASE = read_folder(ROOT / "reference").files
ROWS = {row["wrong"]: row for row in DOCUMENT["table"]}


def test_the_page_is_the_document():
    """The page is rendered from the document, with no word changed by hand."""
    assert (ROOT / "docs" / "proof.md").read_text(encoding="utf-8") == render_page(DOCUMENT), RENEW


def test_the_document_is_about_this_catalogue():
    """Every mistake was tried, and no other; its problems and whether it is serious are those of today."""
    stated = {each.wrong: (list(each.loses), each.serious) for each in CATALOGUE.mistakes}
    gradients = sum(bool(each.causes) for each in CATALOGUE.mistakes)

    assert {wrong: (row["loses"], row["serious"]) for wrong, row in ROWS.items()} == stated, RENEW
    assert DOCUMENT["of_gradients"] == gradients, RENEW


def test_the_document_is_about_this_reference():
    """Every mutant of the reference of today is killed, survives, is broken, or is listed as equivalent."""
    ids = {each.id for each in all_mutants(BASE)}
    named = {*DOCUMENT["killed_by"], *(each["id"] for each in DOCUMENT["survivors"])}

    assert named <= ids, RENEW
    listed = {name for name in ids for each in CATALOGUE.equivalents if each.speaks_of(name)}
    assert len(ids - named - listed) <= DOCUMENT["broken"], RENEW


def test_the_figures_are_reached():
    """Every mistake is caught, 98 of 100 mutants are killed, and mistakes cost points where they should."""
    for fault in ("missed", "cheap", "spoiled", "refuted"):
        assert DOCUMENT[fault] == [], fault

    assert DOCUMENT["killed"] >= KILLED_SHARE * DOCUMENT["mutants"]
    assert all(each["because"] for each in DOCUMENT["misplaced"])
    assert DOCUMENT["fewest"] >= LEAST_CAUGHT
    assert DOCUMENT["named"] >= LEAST_NAMED
    assert len(DOCUMENT["misnamed"]) <= MOST_MISNAMED


def test_each_test_that_the_proof_does_not_need_is_there_for_a_reason():
    """A test that another one of its class makes redundant has an argument in kept.yaml, or it goes."""
    assert DOCUMENT["redundant_tests"].get("", []) == []


@pytest.mark.parametrize("name", [name for each in CATALOGUE.kept for name in each.tests])
def test_each_argument_for_a_test_speaks_of_one(name):
    """kept.yaml names tests that the suite has, each once."""
    assert sum(name in each.tests for each in CATALOGUE.kept) == 1
    assert f"def {name.rpartition('::')[2].partition('[')[0]}(" in CASES


def test_the_catalogue_is_large_and_its_arguments_are_few():
    """Mistakes may only be added, and arguments that a mutant is equivalent only be removed."""
    assert len(CATALOGUE.mistakes) >= LEAST_MISTAKES
    assert DOCUMENT["equivalent"] <= MOST_ARGUMENTS


@pytest.mark.parametrize("problem", [problem.id for problem in RUBRIC.problems])
def test_each_problem_has_mistakes_of_its_own(problem):
    """At least one mistake has the problem as its own, and at least three are about it."""
    assert len(mistakes_about(CATALOGUE.mistakes, problem)) >= LEAST_CAUGHT
    assert any(each.loses[0] == problem for each in CATALOGUE.mistakes)


def test_the_rubric_page_of_an_assignment_without_a_catalogue_has_no_mistakes(tmp_path):
    """Other assignments need none; with one, each problem has its sentences."""
    assert known_mistakes(tmp_path, RUBRIC) == {}
    assert known_mistakes(ROOT, RUBRIC).keys() == {problem.id for problem in RUBRIC.problems}


@pytest.mark.parametrize("mistake", CATALOGUE.mistakes, ids=lambda mistake: mistake.place.split(",")[0])
def test_each_mistake_can_be_planted(mistake):
    """The text that a mistake changes is in the reference of today, and a sentence names the mistake."""
    files, _ = plant_mistake(mistake, BASE)

    assert files
    assert all(content != BASE[file] for file, content in files.items())
    assert mistake.wrong.endswith(".")
