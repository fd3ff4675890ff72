"""The attack corpus as a gate: no attack earns more than honest code would, or harms anybody else."""

import csv
import io
import json

import pytest
from rich.console import Console

from grader.core.report import to_document
from grader.core.scoring import Outcome, score
from grader.render.csv import Row, render_csv
from grader.render.html import render_html
from grader.render.terminal import print_report
from grader.sandbox.docker.kind import Docker
from grader.sandbox.forking import JAIL
from grader.sandbox.runner_choice import every_runner, isolating
from tests.grader.support.canary import canaries
from tests.grader.support.corpus import RUBRIC, load_attacks
from tests.grader.support.naive import naive_points
from tests.grader.support.nightly import NIGHTLY
from tests.grader.support.reports import report
from tests.grader.support.verdicts import FULLY, Verdicts, graded_honestly

pytestmark = pytest.mark.slow

RUNNERS = {kind.name: kind for kind in every_runner(Docker())}
GATES = [kind.name for kind in isolating(Docker())]
OPEN = "process"
ATTACKS = load_attacks()
LEAST_ATTACKS = 44
LEAST_WITH_TEETH = 20
LEAST_REACHING = 15
LEAST_GATED = 23
BY_ANSWERS = {"answers", "lies", "pretenders", "skipping", "text"}  # groups that no runner sees
NUMERIC = {"lies/central_differences", "lies/complex_steps"}
FULL_SCORE = 104
FORMULA_STARTS = ("=", "+", "-", "@", "\t")
HOSTILE_CHARACTERS = "\x1b\x07\x08\x9b\u202e\u2066\u200b\ufeff\u2028\u2029\x85\x00\ud800"


def of_each(concerns, runners=GATES):
    """Return the mark that gives a test each attack in each of `runners` for which `concerns` is true.

    `concerns(attack, guarantees)` gets the guarantees of the runner.
    """
    pairs = [
        pytest.param(attack, runner, id=f"{runner}-{attack.name}")
        for runner in runners
        for attack in ATTACKS
        if concerns(attack, RUNNERS[runner].guarantees) and is_tried(attack, runner)
    ]
    return pytest.mark.parametrize(("attack", "runner"), pairs)


def is_tried(attack, runner):
    """Tell whether an attack is handed in to a runner: answers alone are the same in all, so one will do."""
    return NIGHTLY or attack.group not in BY_ANSWERS or runner in {JAIL.name, OPEN}


every_attack = of_each(lambda _, __: True)


@pytest.fixture(scope="module")
def canary(tmp_path_factory):
    """Return the variables that tell attacks their targets."""
    with canaries(tmp_path_factory.mktemp("private")) as variables:
        yield variables


@pytest.fixture(scope="module")
def verdicts(request, canary):
    """Return the verdicts; all attacks that the selected tests are about are being graded by now."""
    verdicts = Verdicts(canary)
    for item in request.session.items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        if parameters.keys() >= {"attack", "runner"}:
            verdicts.begin(parameters["attack"], parameters["runner"])
    yield verdicts
    verdicts.close()


@pytest.fixture
def verdict(verdicts, attack, runner):
    """Return the verdict of one attack in one runner."""
    return verdicts.begin(attack, runner).result()


def test_there_are_enough_attacks():
    """The corpus covers all groups, and each attack has an idea of its own."""
    assert len(ATTACKS) >= LEAST_ATTACKS
    assert len({attack.idea for attack in ATTACKS}) == len(ATTACKS)


@of_each(lambda attack, guarantees: attack.open_without <= guarantees)
def test_it_earns_no_more_than_an_honest_reading_would(attack, verdict):
    """No run of the attack gets more points than its code deserves."""
    assert all(run.score <= attack.honest for run in verdict.runs)


@every_attack
def test_it_cannot_make_the_verdict_ours(verdict):
    """Every expected test has a result, none is the grader's own fault; or the upload is refused."""
    assert Outcome.NOT_JUDGED not in verdict.outcomes
    assert all(
        len(run.outcome.results) == sum(map(len, run.outcome.expected.values())) for run in verdict.runs
    )
    assert bool(verdict.refused) != bool(verdict.runs)


@of_each(lambda attack, guarantees: attack.needs is not None and attack.needs <= guarantees)
def test_it_does_not_reach_what_the_runner_keeps_from_it(verdict):
    """Where the runner guarantees to prevent it, the attack gets hold of nothing."""
    assert not verdict.reached


@of_each(lambda attack, _: attack.noted)
def test_staff_read_an_integrity_note(attack, verdict):
    """An attack that leaves a sure sign gets a note for staff."""
    assert any(note.startswith(attack.noted) for note in verdict.integrity_notes)


@of_each(lambda attack, _: attack.breach)
def test_staff_hears_of_a_breach(verdict):
    """Staff read about an attack on the protocol."""
    assert any("broke the protocol" in note for note in verdict.notes)


@of_each(lambda attack, _: attack.group == "siblings")
def test_a_submission_graded_beside_it_is_none_the_worse(verdict):
    """The reference gets all its points while the attack goes on."""
    assert verdict.beside.score == FULL_SCORE


@of_each(lambda attack, _: attack.group == "text")
def test_its_text_is_harmless_wherever_it_is_shown(verdict):
    """Terminal, page, document and table hold no escapes, marks of direction, markup or formulas of it."""
    shown = [renderings(report_of(run)) for run in verdict.runs]

    assert shown or verdict.refused.isprintable()
    for texts in shown:
        assert not set("".join(texts.values())) & set(HOSTILE_CHARACTERS)
        assert "<script>alert" not in texts["page"]
        assert not [cell for cell in cells(texts["table"]) if cell.startswith(FORMULA_STARTS)]


@of_each(lambda attack, _: attack.name in NUMERIC, FULLY)
def test_numeric_differentiation_loses_half_of_each_problem_about_gradients(verdict):
    """Right gradients that cost a forward pass for each number earn at most half where a gate measures it."""
    [run] = verdict.runs
    problems = score(RUBRIC, run.outcome.expected, run.outcome.results).problems
    gated = [scored for scored in problems if scored.problem.gate]

    assert len(gated) >= LEAST_GATED
    assert all(scored.limited and scored.score <= scored.problem.points / 2 for scored in gated)


@pytest.mark.parametrize("runner", GATES)
def test_the_grader_is_well_afterwards(verdicts, runner):
    """When all attacks are over, the reference gets all its points."""
    verdicts.wait()

    assert graded_honestly(verdicts.suite_cache(runner)).score == FULL_SCORE


@of_each(lambda attack, guarantees: attack.open_without - guarantees, [OPEN])
def test_what_a_runner_leaves_open_is_known(attack, verdict):
    """An attack that is said to win where nothing isolates does win there: the claim is not stale."""
    assert verdict.runs[0].score > attack.honest


def test_what_attacks_reach_can_be_seen(verdicts):
    """Without isolation, attacks reach their targets, so their failure elsewhere means something."""
    reaching = {attack.name: verdicts.begin(attack, OPEN) for attack in ATTACKS if attack.needs}

    reached = [name for name, verdict in reaching.items() if verdict.result().reached]

    assert len(reached) >= LEAST_REACHING


def test_there_are_enough_teeth():
    """Many attacks are said to succeed in a grader that runs tests and submission in one process."""
    assert sum(attack.teeth for attack in ATTACKS) >= LEAST_WITH_TEETH


@pytest.mark.parametrize(
    "attack", [attack for attack in ATTACKS if attack.teeth], ids=lambda attack: attack.name
)
def test_it_has_teeth(attack, canary, tmp_path):
    """There it gets more points than it deserves: elsewhere the grader holds it back."""
    points = naive_points(attack, attack.files_with(canary), RUBRIC, tmp_path)

    assert points > attack.honest


def report_of(run):
    """Return the report of a run."""
    outcome = run.outcome
    scored = score(RUBRIC, outcome.expected, outcome.results)
    return report(score=scored, output=run.output, notes=outcome.notes, title=RUBRIC.title)


def renderings(graded):
    """Return a report as text: for a terminal, as a page, as a document and in a table."""
    terminal = io.StringIO()
    print_report(graded, Console(file=terminal, width=100))
    return {
        "terminal": terminal.getvalue(),
        "page": render_html(graded),
        "document": json.dumps(to_document(graded), ensure_ascii=False),
        "table": render_csv(RUBRIC, [Row("upload.zip", graded, "graded")]),
    }


def cells(table):
    """Return the cells of a table in CSV."""
    return [cell for row in csv.reader(io.StringIO(table)) for cell in row]
