"""Adapters for the small suite that misbehave, and pieces of the outcome."""

from grader.pipeline import join_output
from grader.sandbox.runner import MEBI, Allowance
from tests.grader.support.small_suite import RIGHT

ALLOWANCE = Allowance(memory=1024 * MEBI, output=1 << 10)


def replaced(name, *lines):
    """Return the right adapters, with other lines as the body of one of them."""
    body = "".join(f"    {line}\n" for line in lines)
    return f"import os, sys, time\n{RIGHT}\ndef {name}():\n{body}"


def output(outcome):
    """Return the output of all processes."""
    return join_output(outcome.outputs, ALLOWANCE.output)


def outcomes(outcome):
    """Return how each test ended, in order."""
    return [result.outcome for result in outcome.results]
