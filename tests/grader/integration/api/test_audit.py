"""The API of the audit: permissions, filters and pages."""

import pytest

from grader.core.role import Role
from grader.store.audit_log import record
from grader.store.courses import add_course
from grader.store.database import now
from grader.store.users import set_role
from tests.grader.support.api import SUBMISSIONS, make_service
from tests.grader.support.course import COURSE
from tests.grader.support.problems import problem

AUDIT = "/api/v1/audit"


@pytest.fixture
def service(database):
    """Return a service, on each kind of database, in whose audit there are three entries."""
    service = make_service(database)
    with database.write() as session:
        add_course(session, "spring", "Spring")
        for subject, course in (("one", COURSE), ("two", "spring"), ("three", None)):
            record(session, "ida@example.edu", "regrade", subject, course=course, reason="wrong test", n=1)
    return service


def give_role(service, name, course, role):
    """Make one of the service's people something in a course."""
    with service.database.write() as session:
        set_role(session, course, getattr(service.course, name), role)


def subjects(response):
    """Return the subjects of the entries of a page."""
    return [each["subject"] for each in response.json()["entries"]]


def test_an_instructor_reads_what_was_done_in_the_course(service):
    """Entries have time, person, action, subject, course and reason; entries of other courses are missing."""
    before = now_of(service)

    response = service.client("teacher").get(AUDIT)

    [entry] = response.json()["entries"]
    assert response.json()["next"] is None
    assert entry.pop("at") <= before
    assert isinstance(entry.pop("id"), int)
    assert entry == {
        "actor": "ida@example.edu",
        "action": "regrade",
        "subject": "one",
        "course": COURSE,
        "reason": "wrong test",
        "details": {"n": 1},
    }


def now_of(service):
    """Return the present moment as the API writes it."""
    with service.database.read() as session:
        return now(session).isoformat().replace("+00:00", "Z")


def test_an_admin_reads_everything(service):
    """An admin also reads entries that concern no course."""
    give_role(service, "teacher", "spring", Role.ADMIN)

    assert subjects(service.client("teacher").get(AUDIT)) == ["three", "two", "one"]


@pytest.mark.parametrize("role", [Role.STUDENT, Role.GRADER])
def test_others_do_not_read_it(service, role):
    """Students and graders get 403."""
    give_role(service, "anna", COURSE, role)

    assert problem(service.client("anna").get(AUDIT)) == (403, "not-allowed")
    assert problem(service.client().get(AUDIT)) == (401, "not-signed-in")


def test_text_that_no_database_holds(service):
    """A submission's name or a reason with a NUL in it is answered as any other wrong one."""
    client = service.client("teacher")

    named, reasoned = (
        client.get(f"{SUBMISSIONS}/%00"),
        client.post(f"{SUBMISSIONS}/x/regrade", json={"reason": "a\x00b"}),
    )

    assert (problem(named), problem(reasoned)) == ((404, "not-found"), (422, "invalid"))


def test_the_audit_is_read_page_by_page(service):
    """Each page leads to the next one, and each entry comes once."""
    give_role(service, "teacher", COURSE, Role.ADMIN)
    client, seen, cursor = service.client("teacher"), [], None
    while True:
        page = client.get(AUDIT, params={"limit": 2, **({"cursor": cursor} if cursor else {})})
        seen.append(subjects(page))
        cursor = page.json()["next"]
        if cursor is None:
            break

    assert seen == [["three", "two"], ["one"]]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"subject": "two"}, ["two"]),
        ({"actor": "nobody@example.edu"}, []),
        ({"action": "regrade", "subject": "one"}, ["one"]),
    ],
)
def test_the_audit_is_filtered(service, wanted, expected):
    """Filters narrow the list."""
    give_role(service, "teacher", COURSE, Role.ADMIN)

    assert subjects(service.client("teacher").get(AUDIT, params=wanted)) == expected


@pytest.mark.parametrize("wanted", [{"cursor": "x"}, {"limit": 0}, {"actor": "\x00"}, {"cursor": 2**70}])
def test_what_cannot_be_asked(service, wanted):
    """An invalid cursor, a limit of 0 and text that no database can store get 422."""
    assert problem(service.client("teacher").get(AUDIT, params=wanted)) == (422, "invalid")
