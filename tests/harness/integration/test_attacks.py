"""The attack corpus as a gate: no attack earns more than honest code would, or costs anybody else anything."""

import csv
import io
import json

import pytest
from rich.console import Console

from grader.core.report import to_document
from grader.core.scoring import Outcome, score
from grader.core.text import clean
from grader.render.csv import Row, render_csv
from grader.render.html import render_html
from grader.render.terminal import render_terminal
from grader.sandbox.choice import choose_runner
from tests.harness.canary import canaries
from tests.harness.corpus import load_attacks
from tests.harness.naive import naive_points
from tests.harness.reports import report
from tests.harness.verdicts import RUBRIC, Verdicts, graded_honestly

RUNNERS = ["process"]
LEAST_ATTACKS = 44
LEAST_WITH_TEETH = 20
LEAST_REACHING = 12
ATTACKS = load_attacks()


def promised(runner):
    """Return what a runner promises."""
    return choose_runner(runner).promises


def pairs(condition):
    """Return the mark that gives a test all pairs of attack and runner that fulfil the condition."""
    chosen = [(attack, runner) for runner in RUNNERS for attack in ATTACKS if condition(attack, runner)]
    names = [f"{runner}-{attack.name}" for attack, runner in chosen]
    return pytest.mark.parametrize(("attack", "runner"), chosen, ids=names)


EVERY = pairs(lambda attack, runner: True)  # noqa: ARG005 - of each condition's form
GATED = pairs(lambda attack, runner: attack.open_without <= promised(runner))
PROTECTED = pairs(lambda attack, runner: attack.needs is not None and attack.needs <= promised(runner))
BREACHING = pairs(lambda attack, runner: attack.breach)  # noqa: ARG005 - as above
BESIDE = pairs(lambda attack, runner: attack.group == "siblings")  # noqa: ARG005 - as above
TEXTS = pairs(lambda attack, runner: attack.group == "text" and attack.name != REFUSED)  # noqa: ARG005 - as above
