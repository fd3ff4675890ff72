"""The API against its own description: every answer to generated requests is one that OpenAPI announces."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance  # what is a zip no schema can say

from grader.store import open_database
from grader.store.queue import WorkerInfo
from tests.grader.support.api import hand_in, make_service, zipped

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Return a service with a graded and a waiting submission."""
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('store')}/grader.db")
    service = make_service(database, token_failures=1_000_000, hourly_limit=None, supersede=False)
    with service.client("anna") as client:
        service.grade(hand_in(client).json()["id"])
        hand_in(client, zipped(x="1"))
    with service.queue.register(WorkerInfo("worker", 2, "process")):  # without one the service is not ready
        yield service
    database.close()


@pytest.fixture(scope="module")
def schema(service):
    """Return the description of the API."""
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", service.app)


@pytest.mark.parametrize("name", ["anna", "teacher", None])
def test_every_answer_is_announced(service, schema, name):
    """Whatever is asked, by whomever, the answer has a status and a body that are described, and no 5xx."""
    headers = {"Authorization": f"Bearer {service.token(name)}"} if name else {}
    checked = []
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        def ask(case):
            case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

        ask()
        checked.append(operation.label)

    assert len(checked) == len(set(checked)) >= 14
