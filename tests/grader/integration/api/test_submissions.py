"""The API of submissions: look, follow, cancel, regrade; permissions and answers."""

import json

import pytest

from grader.core.report import to_document
from grader.core.scoring import Outcome
from grader.store.attempts import fail
from grader.store.audit_log import entries
from tests.grader.support.api import SUBMISSIONS, hand_in, zipped
from tests.grader.support.course import ASSIGNMENT
from tests.grader.support.problems import problem
from tests.grader.support.reports import report, result


def test_a_submission_is_cancelled_while_it_is_queued(service, anna):
    """DELETE cancels a queued submission; for one that is being graded the answer is 409."""
    waiting, running = hand_in(anna).json()["id"], hand_in(anna, zipped(x="1")).json()["id"]
    service.begin(running)

    cancelled, refused = anna.delete(f"{SUBMISSIONS}/{waiting}"), anna.delete(f"{SUBMISSIONS}/{running}")

    assert cancelled.json()["state"] == "cancelled"
    assert problem(refused) == (409, "conflict")


@pytest.mark.parametrize("path", ["", "/report", "/events", "/archive"])
def test_others_submissions_are_not_there(service, anna, path):
    """A submission of somebody else gets the same answer as one that does not exist."""
    own = hand_in(anna).json()["id"]
    ben = service.client("ben")

    foreign, missing = ben.get(f"{SUBMISSIONS}/{own}{path}"), ben.get(f"{SUBMISSIONS}/{'0' * 24}{path}")

    assert problem(foreign) == problem(missing) == (404, "not-found")
    assert foreign.json() == missing.json()


def test_others_submissions_cannot_be_cancelled_or_regraded(service, anna):
    """Nobody but staff changes somebody else's submission, and a student regrades not even their own."""
    own = hand_in(anna).json()["id"]
    ben, reason = service.client("ben"), {"reason": "please"}

    answers = [
        ben.delete(f"{SUBMISSIONS}/{own}"),
        ben.post(f"{SUBMISSIONS}/{own}/regrade", json=reason),
        anna.post(f"{SUBMISSIONS}/{own}/regrade", json=reason),
    ]

    assert [problem(each) for each in answers] == [
        (404, "not-found"),
        (404, "not-found"),
        (403, "not-allowed"),
    ]


def test_students_list_their_own_and_staff_the_course(service, anna):
    """A student's list holds only own submissions; staff see all, with whose they are, and filter."""
    mine = hand_in(anna).json()["id"]
    his = hand_in(service.client("ben")).json()["id"]
    service.grade(his)
    teacher = service.client("teacher")

    def ids(response):
        return [each["id"] for each in response.json()["submissions"]]

    assert ids(anna.get(SUBMISSIONS)) == [mine]
    assert ids(anna.get(SUBMISSIONS, params={"student": "ben@example.edu"})) == [mine]
    assert ids(teacher.get(SUBMISSIONS)) == [his, mine]
    assert ids(teacher.get(SUBMISSIONS, params={"student": "ben@example.edu"})) == [his]
    assert ids(teacher.get(SUBMISSIONS, params={"state": "graded"})) == [his]
    assert ids(teacher.get(SUBMISSIONS, params={"student": "nobody@example.edu"})) == []
    assert teacher.get(f"{SUBMISSIONS}/{mine}").json()["student"] == "anna@example.edu"
    assert anna.get(f"{SUBMISSIONS}/{mine}").json()["student"] is None


def test_a_list_is_paged(anna):
    """Pages follow each other by their cursor until there is no next."""
    made = [hand_in(anna, zipped(x=str(number))).json()["id"] for number in range(5)]
    seen, cursor = [], None
    while True:
        body = anna.get(SUBMISSIONS, params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [each["id"] for each in body["submissions"]]
        cursor = body["next"]
        if cursor is None:
            break

    assert seen == made[::-1]
    assert problem(anna.get(SUBMISSIONS, params={"cursor": "%%%"})) == (422, "invalid")


def test_a_report_in_three_forms(service, anna):
    """Accept chooses JSON, text or a page with the same points; anything else is 406."""
    graded = report(result(outcome=Outcome.FAILED, message="<b>3</b> is wrong"))
    document = json.dumps(to_document(graded))
    own = hand_in(anna).json()["id"]
    service.grade(own, document=document)

    def get(accept):
        return anna.get(f"{SUBMISSIONS}/{own}/report", headers={"Accept": accept})

    assert get("application/json").json() == json.loads(document)
    assert get("*/*").headers["content-type"] == "application/json"
    assert "2 / 5" in get("text/plain").text
    assert get("application/vnd.pytest-json-report+json").json()["summary"]["total"] == 3
    page_of_it = get("text/html;q=0.9, image/png")
    assert "&lt;b&gt;3&lt;/b&gt;" in page_of_it.text
    assert "script-src" not in page_of_it.headers["content-security-policy"]
    assert "default-src 'none'" in page_of_it.headers["content-security-policy"]
    assert problem(get("image/png")) == (406, "not-acceptable")


def test_there_is_no_report_before_the_verdict(anna):
    """While it waits, the report is 409 with the state."""
    own = hand_in(anna).json()["id"]

    response = anna.get(f"{SUBMISSIONS}/{own}/report")

    assert problem(response) == (409, "conflict")
    assert response.json()["state"] == "queued"


def test_followers_see_each_state_and_resume(service, anna):
    """The stream ends with the verdict; a client that reconnects gets the events that it has not seen."""
    own = hand_in(anna).json()["id"]
    service.grade(own)
    path = f"{SUBMISSIONS}/{own}/events"

    whole = events(anna.get(path).text)
    rest = events(anna.get(path, headers={"Last-Event-ID": whole[1]["id"]}).text)

    assert [json.loads(each["data"])["state"] for each in whole] == ["queued", "grading", "graded"]
    assert rest == whole[2:]


def events(stream):
    """Return the events of a stream, each as a mapping of its fields."""
    blocks = [block for block in stream.split("\n\n") if block]
    return [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]


def test_a_regrade_by_staff_is_written_down(service, anna):
    """An instructor queues a finished submission again; the audit says who and why; the old report stays."""
    own = hand_in(anna).json()["id"]
    service.grade(own)
    teacher = service.client("teacher")

    again = teacher.post(f"{SUBMISSIONS}/{own}/regrade", json={"reason": "division was tested wrong"})
    twice = teacher.post(f"{SUBMISSIONS}/{own}/regrade", json={"reason": "again"})

    assert (again.status_code, again.json()["state"]) == (202, "queued")
    assert problem(twice) == (409, "conflict")
    with service.database.read() as session:
        newest = entries(session)[0]
    assert (newest.actor, newest.action, newest.subject) == ("teacher@example.edu", "regrade", own)
    assert newest.reason == "division was tested wrong"


def test_staff_who_read_an_upload_are_written_down(service, anna):
    """Reading a student's files leaves a line in the audit; reading one's own does not."""
    own = hand_in(anna).json()["id"]
    anna.get(f"{SUBMISSIONS}/{own}/archive")
    service.client("teacher").get(f"{SUBMISSIONS}/{own}/archive")

    with service.database.read() as session:
        assert [(each.actor, each.action) for each in entries(session)] == [
            ("teacher@example.edu", "read archive")
        ]


def test_why_we_failed_is_for_staff(service, anna):
    """A student reads that it does not count; staff read the reason."""
    own = hand_in(anna).json()["id"]
    for _ in range(3):
        job = service.begin(own)
        with service.database.write() as session:
            fail(session, job, "the suite broke at line 7")

    seen = anna.get(f"{SUBMISSIONS}/{own}").json()
    by_staff = service.client("teacher").get(f"{SUBMISSIONS}/{own}").json()

    assert (seen["state"], "No attempt used" in seen["reason"], "line 7" in seen["reason"]) == (
        "grader_error",
        True,
        False,
    )
    assert "line 7" in by_staff["reason"]
    assert "line 7" not in anna.get(f"{SUBMISSIONS}/{own}/events").text


def test_who_am_i_and_what_is_there_to_hand_in(anna):
    """A student reads their roles, their assignments, and gets the template; outsiders get none."""
    assert anna.get("/api/v1/me").json()["roles"] == {"autumn": "student"}
    [assignment] = anna.get("/api/v1/assignments").json()
    assert assignment["id"] == ASSIGNMENT
    assert anna.get(assignment["links"]["template"]).content == b"PK template"
    assert problem(anna.get("/api/v1/assignments/other/template.zip")) == (404, "not-found")
