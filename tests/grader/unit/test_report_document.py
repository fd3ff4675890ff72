"""The report as JSON: docs/report.schema.json tells its every field, and nothing else is in it."""

import json
from pathlib import Path

import jsonschema
import pytest

from grader.core.report import Status, status_of, to_document
from grader.core.scoring import Outcome, score
from tests.grader.support.reports import PASSED, RUBRIC, report, result

SCHEMA = json.loads(
    Path(__file__).parents[3].joinpath("docs", "report.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def unjudged(group):
    """Return a report in which a test of the class `group` could not be judged."""
    broken = result(group, outcome=Outcome.NOT_JUDGED, message="the grader could not judge this test")
    found = report(broken)
    return report(broken, status=status_of(found.score, loadable=True))


def nothing_ran():
    """Return a report of a submission that cannot be imported, of which no test has a result."""
    scored = score(RUBRIC, {one.group: [one.name] for one in PASSED}, [])
    return report(score=scored, status=Status.NOT_GRADABLE, notes=("tests/adapters.py cannot be imported",))


def third():
    """Return a report whose points are no finite decimals, with every text and fact there is."""
    texts = {"description": "It adds.", "message": "wrong", "expected": "1", "actual": "2", "hint": "Look."}
    texts["properties"] = {"backward_cost": 2.5}
    lost = result(outcome=Outcome.FAILED, seconds=0.123456, **texts)
    return report(
        lost, result(name="b"), result(name="c", outcome=Outcome.ERROR), output="hi", seconds=1.23456
    )


REPORTS = {
    "everything passed": report(),
    "failed and error": third(),
    "nothing ran": nothing_ran(),
    "nothing written": report(result(outcome=Outcome.NOT_WRITTEN, message="Not written yet.")),
    "bonus not judged": unjudged("TestRoots"),
    "our own fault": unjudged("TestAdding"),
}


def places(value, place=""):
    """Yield the place of every key in a document, [] standing for the items of a list."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{place}.{key}"
            yield from places(inner, f"{place}.{key}")
    if isinstance(value, list):
        for inner in value:
            yield from places(inner, f"{place}[]")


def described_places(schema, place=""):
    """Yield the place of every key that the schema allows, and its description."""
    while "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    for key, inner in schema.get("properties", {}).items():
        yield f"{place}.{key}", inner.get("description", "")
        yield from described_places(inner, f"{place}.{key}")
    if "items" in schema:
        yield from described_places(schema["items"], f"{place}[]")


def objects(schema):
    """Yield every schema of an object in `schema`."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for inner in schema.values():
            yield from objects(inner)


def test_the_schema_is_a_schema():
    """The schema itself is valid by JSON Schema 2020-12."""
    VALIDATOR.check_schema(SCHEMA)


@pytest.mark.parametrize("name", REPORTS)
def test_valid(name):
    """The document of every kind of report is valid."""
    VALIDATOR.validate(to_document(REPORTS[name]))


def test_every_status_and_outcome():
    """The reports above have every status and every outcome that the schema names."""
    tests = SCHEMA["$defs"]["test"]["properties"]

    found = [to_document(one) for one in REPORTS.values()]

    outcomes = {t["outcome"] for d in found for p in d["parts"] for q in p["problems"] for t in q["tests"]}
    assert (
        {document["status"] for document in found}
        == set(SCHEMA["properties"]["status"]["enum"])
        == set(Status)
    )
    assert outcomes == set(tests["outcome"]["enum"]) == set(Outcome)


def test_keys():
    """The schema and the documents have the same keys."""
    found = {place for one in REPORTS.values() for place in places(to_document(one))}

    assert found == {place for place, _ in described_places(SCHEMA)}


def test_every_key_is_described():
    """The schema describes every key."""
    assert [place for place, description in described_places(SCHEMA) if not description] == []


def test_closed_and_complete():
    """Every object has all of its keys, and no others."""
    for schema in objects(SCHEMA):
        assert schema["additionalProperties"] is False
        assert schema["required"] == list(schema["properties"])


@pytest.mark.parametrize(
    ("key", "value"),
    [("status", "fine"), ("score", "5"), ("started_at", "today"), ("schema", "graded-report/2"), ("new", 1)],
)
def test_refused(key, value):
    """The schema refuses other documents."""
    document = {**to_document(report()), key: value}

    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize("name", REPORTS)
def test_round_trip(name):
    """A document holds nothing that JSON lacks: written and read again it is the same."""
    document = to_document(REPORTS[name])

    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_same_bytes():
    """A report is written the same way every time."""
    first, second = (json.dumps(to_document(third()), indent=2) for _ in range(2))

    assert first == second


def test_rounding():
    """Points are rounded to two decimals, once; times to useful digits."""
    document = to_document(third())

    problem = document["parts"][0]["problems"][0]
    assert (problem["points"], document["score"]) == (1.0, 3.0)
    assert (document["seconds"], problem["tests"][0]["seconds"]) == (1.235, 0.1235)


def test_two_decimals():
    """A third of four points is shown with two decimals."""
    lost = [result("TestRoots", name, Outcome.FAILED) for name in "ab"]

    document = to_document(report(result("TestRoots", "c"), *lost))

    assert document["bonus"] == 1.33


def test_not_judged():
    """A problem that was not judged has null points, its sum is null, and the report is not final."""
    document = to_document(REPORTS["bonus not judged"])

    assert document["parts"][1]["problems"][0]["points"] is None
    assert (document["status"], document["score"], document["bonus"]) == ("grader_error", 5.0, None)
