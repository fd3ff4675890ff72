"""The proof as plain values of JSON: docs/proof.json, of which docs/proof.md is made."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grader.core.scoring import format_points
from grader.proof.proof import Proof
from grader.proof.verdicts import Fate, MistakeVerdict, MutantVerdict, Naming

SCHEMA = "proof/1"
DIGITS = 4


def to_document(proof: Proof) -> dict[str, Any]:
    """Return the proof as JSON's plain values."""
    return {
        "schema": SCHEMA,
        "suite_sha256": proof.suite_sha256,
        "mistakes": len(proof.mistakes),
        "caught": len(proof.mistakes) - len(proof.missed),
        "missed": [each.mistake.wrong for each in proof.missed],
        "cheap": [_cheap(each) for each in proof.mistakes if each.is_cheap],
        "misplaced": [_misplaced_entry(each) for each in proof.misplaced],
        "spoiled": [_spoiled_entry(each) for each in proof.mistakes if each.spoiled],
        "mutants": len(proof.countable),
        "killed": len(proof.killed),
        "survivors": [_mutant(each) for each in proof.survivors],
        "equivalent": sum(1 for each in proof.mutants if each.argument),
        "refuted": [each.id for each in proof.refuted],
        "broken": sum(each.fate is Fate.BROKEN for each in proof.mutants),
        "caught_by_problem": proof.caught_by_problem,
        "fewest": min(proof.caught_by_problem.values()),
        "idle_tests": proof.idle_tests(),
        "redundant_tests": proof.redundant_tests(),
        "of_gradients": len(proof.of_gradients),
        "named": len(proof.named),
        "misnamed": [_misnamed_entry(each) for each in proof.misnamed],
        "unnamed": [each.mistake.wrong for each in proof.of_gradients if each.naming is Naming.NONE],
        "table": [_row(each) for each in proof.mistakes],
        "killed_by": {each.id: each.killed_by for each in proof.killed},
    }


def _cheap(verdict: MistakeVerdict) -> dict[str, Any]:
    own = verdict.mistake.loses[0]
    return {"wrong": verdict.mistake.wrong, "problem": own, "share": _number(verdict.share)}


def _spoiled_entry(verdict: MistakeVerdict) -> dict[str, Any]:
    return {"wrong": verdict.mistake.wrong, "problems": verdict.spoiled}


def _misplaced_entry(verdict: MistakeVerdict) -> dict[str, Any]:
    return {
        "wrong": verdict.mistake.wrong,
        "share": _number(verdict.misplaced),
        "because": verdict.mistake.spills,
        "lost": _points(verdict.elsewhere),
    }


def _misnamed_entry(verdict: MistakeVerdict) -> dict[str, Any]:
    return {"wrong": verdict.mistake.wrong, "named": verdict.named, "is": list(verdict.mistake.causes)}


def _mutant(verdict: MutantVerdict) -> dict[str, Any]:
    keys = ("id", "line", "before", "after", "fate")
    return {key: getattr(verdict, key) for key in keys}


def _row(verdict: MistakeVerdict) -> dict[str, Any]:
    return {
        "wrong": verdict.mistake.wrong,
        "loses": list(verdict.mistake.loses),
        "serious": verdict.mistake.serious,
        "share": _number(verdict.share),
        "misplaced": _number(verdict.misplaced),
        "lost": _points(verdict.lost),
        "hints": list(verdict.hints),
    }


def _points(lost: Mapping[str, Fraction]) -> dict[str, str]:
    return {problem: format_points(points) for problem, points in lost.items()}


def _number(share: Fraction) -> float:
    return round(float(share), DIGITS)
