"""A sample of the proof, run again: a change of the suite that lets mistakes through fails here.

Each night of the year has a sample of its own; a day takes about one mistake and one mutant in twenty.
"""

import ast
import datetime as dt
import json
from contextlib import closing

import pytest

from grader.core.rubric import parse_rubric
from grader.intake.folder import read_folder
from grader.proof.bench import Bench, FirstLoss, is_module
from grader.proof.catalogue import load_catalogue
from grader.proof.functions import functions_of
from grader.proof.prover import Prover, all_mutants
from grader.sandbox.forking import JAIL
from grader.suite.cache import SuiteCache
from tests.assignment.samples import ROOT

pytestmark = pytest.mark.slow

EVERY = 20
DAY = dt.datetime.now(tz=dt.UTC).timetuple().tm_yday
DOCUMENT = json.loads((ROOT / "docs" / "proof.json").read_text(encoding="utf-8"))
RUBRIC = parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8"))
SLOW = {"mnist_training", "mnist_accuracy"}
ROWS = {row["wrong"]: row for row in DOCUMENT["table"]}
ALLOWED = 0.02  # by which shares of points may differ: some tests measure times


@pytest.fixture(scope="module")
def bench():
    """Return a bench with the reference, in the jail."""
    with closing(SuiteCache(ROOT, [JAIL])) as suite_cache, suite_cache.use() as prepared:
        yield Bench(prepared, read_folder(ROOT / "reference").files, jobs=2)


def sample(items):
    """Return the items of this day."""
    return items[DAY % EVERY :: EVERY]


def test_the_mistakes_of_the_day_cost_what_the_proof_says(bench):
    """Each mistake is caught by the same problems, costs its own as much, and others no more."""
    catalogue = load_catalogue(ROOT, RUBRIC)
    mistakes = sample([each for each in catalogue.mistakes if not SLOW & set(each.loses)])
    everything = dict.fromkeys(_places(bench), bench.classes)

    verdicts = bench.each(Prover(bench, RUBRIC, catalogue, everything).judge, mistakes, lambda: None)

    for verdict in verdicts:
        row = ROWS[verdict.mistake.wrong]
        assert set(verdict.caught_in) >= set(row["loses"]) & row["lost"].keys(), verdict.mistake.wrong
        assert float(verdict.share) >= row["share"] - ALLOWED, verdict.mistake.wrong
        assert float(verdict.misplaced) <= row["misplaced"] + ALLOWED, verdict.mistake.wrong


def test_the_mutants_of_the_day_are_killed_where_they_were(bench):
    """The class that killed a mutant in the proof kills it still."""
    killed_by = {name: group for name, group in DOCUMENT["killed_by"].items() if group not in bench.slow}
    mutants = sample([each for each in all_mutants(bench.base) if each.id in killed_by])

    losses = bench.each(
        lambda each: bench.first_loss({each.file: each.content}, [killed_by[each.id]]), mutants, lambda: None
    )

    assert [
        each.id for each, loss in zip(mutants, losses, strict=True) if not isinstance(loss, FirstLoss)
    ] == []


def test_the_reference_itself_loses_nothing(bench):
    """Without a change no class loses a test, so a loss is a mistake's own."""
    assert bench.first_loss({}, bench.classes) is None


def _places(bench):
    """Return every place of a function in the reference: this sample makes no map of who calls whom."""
    modules = {file: content for file, content in bench.base.items() if is_module(file)}
    return [each.place for file, text in modules.items() for each in functions_of(file, ast.parse(text))]
