"""The API of submissions: handing in, looking, cancelling, regrading; who may, and what is answered."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.core.report import to_document
from grader.core.scoring import Outcome
from grader.jobs import Station
from grader.store.attempts import fail
from grader.store.audit import entries
from grader.store.submissions import Filter, page
from tests.grader.support.api import SUBMISSIONS, UPLOAD_BYTES, hand_in, make_service, zipped
from tests.grader.support.course import ASSIGNMENT
from tests.grader.support.reports import report, result


@pytest.fixture
def database_url(tmp_path):
    """Return the URL of an SQLite database: the store's own tests hold both kinds to one contract."""
    return f"sqlite:///{tmp_path}/grader.db"


@pytest.fixture
def service(database):
    """Return a service without limits."""
    return make_service(database, hourly_limit=None, supersede=False)


@pytest.fixture
def anna(service):
    """Return a student's client."""
    return service.client("anna")


def problem(response):
    """Return a problem's status and type, after looking that it is one."""
    body = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert body["status"] == response.status_code
    assert body["title"]
    assert body["detail"]
    return response.status_code, body["type"].removeprefix("urn:problem:")


def test_an_upload_is_accepted_and_queued(service, anna):
    """202 says id, state, place, wait and links; the links lead to the submission."""
    with service.queue.presence(Station("worker", 1, "process")):
        response = hand_in(anna)

    body = response.json()
    assert response.status_code == 202
    assert (body["state"], body["place"], body["assignment"]) == ("queued", 1, ASSIGNMENT)
    assert body["estimated_wait_seconds"] == 0
    assert anna.get(response.headers["location"]).json()["id"] == body["id"]
    assert anna.get(body["links"]["self"]).json()["id"] == body["id"]
    assert anna.get(body["links"]["archive"]).content == zipped()


@pytest.mark.parametrize(
    ("content", "rule", "entry"),
    [
        (b"no zip", "not-a-zip", None),
        (zipped(**{"../out.py": ""}), "no-escape", "../out.py"),
        (zipped()[:-30], "damaged", None),
    ],
)
def test_a_refusal_names_entry_and_rule(service, anna, content, rule, entry):
    """422 names what is wrong; nothing is kept and no attempt is spent."""
    response = hand_in(anna, content)

    assert problem(response) == (422, "refused")
    assert response.json()["entry"] == entry
    assert rule in response.json()["rule"]
    with service.database.read() as session:
        assert page(session, Filter(), 10) == []


def test_an_upload_that_says_it_is_too_large(anna):
    """A request that announces too much is refused before it is read."""
    assert problem(hand_in(anna, b"x" * UPLOAD_BYTES)) == (413, "too-large")


def test_an_upload_that_is_larger_than_it_says(anna):
    """A body without a stated length is cut off at the limit."""
    chunks = (b"x" * 50_000 for _ in range(100))
    headers = {"Content-Type": "multipart/form-data; boundary=b"}

    response = anna.post(SUBMISSIONS, content=chunks, headers=headers)

    assert problem(response) == (413, "too-large")


@pytest.mark.parametrize(
    ("request_body", "expected"),
    [
        ({"content": b"PK", "headers": {"Content-Type": "application/zip"}}, (415, "not-multipart")),
        ({"data": {"archive": "text"}, "files": {"other": b"x"}}, (400, "bad-request")),
        ({"files": {"other": b"x"}}, (422, "invalid")),
        ({"content": b"junk", "headers": {"Content-Type": "multipart/form-data"}}, (400, "bad-request")),
    ],
)
def test_what_is_no_upload(anna, request_body, expected):
    """A request that is no form, or holds no file, gets an error that says so."""
    status, kind = problem(anna.post(SUBMISSIONS, **request_body))

    assert status in {expected[0], 422}
    assert kind in {expected[1], "invalid"}


def test_the_same_bytes_return_the_earlier_report(service, anna):
    """Handing in the same bytes again answers 200 with the first submission, also after its verdict."""
    first = hand_in(anna).json()["id"]
    while_queued = hand_in(anna)
    service.grade(first)
    after_verdict = hand_in(anna)

    assert (while_queued.status_code, while_queued.json()["id"]) == (200, first)
    assert (after_verdict.status_code, after_verdict.json()["id"]) == (200, first)
    assert after_verdict.json()["verdict"]["score"] == 3


def test_the_same_bytes_again_on_request(anna):
    """`again` makes a new submission of the same bytes."""
    first, second = hand_in(anna).json()["id"], hand_in(anna, again="true")

    assert second.status_code == 202
    assert second.json()["id"] != first


def test_the_same_bytes_of_another_student_are_another_submission(service, anna):
    """What one student handed in is no earlier submission of another."""
    first = hand_in(anna).json()["id"]

    other = hand_in(service.client("ben"))

    assert (other.status_code, other.json()["id"] == first) == (202, False)


def test_the_same_key_is_one_submission(anna):
    """A request that is repeated with its key returns what it made; with other bytes it is refused."""
    key = {"Idempotency-Key": "attempt-7"}
    first = hand_in(anna, headers=key, again="true")
    repeated = hand_in(anna, headers=key, again="true")
    changed = hand_in(anna, zipped(x="1"), headers=key)

    assert (first.status_code, repeated.status_code) == (202, 200)
    assert repeated.json()["id"] == first.json()["id"]
    assert problem(changed) == (422, "idempotency-key-reused")


def test_parallel_repeats_make_one_submission(anna):
    """Ten requests with one key at a time make one submission, and each is answered with it."""
    with anna, ThreadPoolExecutor(10) as threads:  # one event loop serves them all, as in a real server
        answers = list(threads.map(lambda _: hand_in(anna, headers={"Idempotency-Key": "k"}), range(10)))

    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [202]
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_the_newest_takes_the_place_of_the_one_that_waits(database):
    """Where the policy says so, a newer submission supersedes the queued one, which says by what."""
    anna = make_service(database, hourly_limit=None).client("anna")
    old = hand_in(anna).json()["id"]

    new = hand_in(anna, zipped(x="1")).json()["id"]

    body = anna.get(f"{SUBMISSIONS}/{old}").json()
    assert body["state"] == "superseded"
    assert new in body["reason"]


def test_the_hourly_limit_says_when_to_try_again(database):
    """429 comes with the time of the next try, and a cancelled submission costs nothing."""
    anna = make_service(database, hourly_limit=1, supersede=False).client("anna")
    first = hand_in(anna).json()["id"]
    refused = hand_in(anna, zipped(x="1"))
    anna.delete(f"{SUBMISSIONS}/{first}")
    after = hand_in(anna, zipped(x="2"))

    assert problem(refused) == (429, "too-many")
    assert 3_500 < int(refused.headers["retry-after"]) <= 3_600
    assert refused.json()["next_try_at"].startswith("20")
    assert after.status_code == 202


def test_a_submission_is_cancelled_while_it_is_queued(service, anna):
    """DELETE cancels what waits; what is being graded goes on and the answer is 409."""
    waiting, running = hand_in(anna).json()["id"], hand_in(anna, zipped(x="1")).json()["id"]
    service.begin(running)

    cancelled, refused = anna.delete(f"{SUBMISSIONS}/{waiting}"), anna.delete(f"{SUBMISSIONS}/{running}")

    assert cancelled.json()["state"] == "cancelled"
    assert problem(refused) == (409, "conflict")


@pytest.mark.parametrize("path", ["", "/report", "/events", "/archive"])
def test_others_submissions_are_not_there(service, anna, path):
    """What belongs to somebody else is answered exactly as what does not exist."""
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
    """Accept chooses JSON, text or a page; they tell of the same points; anything else is 406."""
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
    """The stream ends with the verdict; a client that was cut off gets what it has not seen, and no more."""
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

    assert (seen["state"], "does not count" in seen["reason"], "line 7" in seen["reason"]) == (
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


def test_an_assignment_that_is_not_ones_own(anna):
    """Handing in to an assignment of another course is as if there were none."""
    assert problem(hand_in(anna, assignment="other")) == (404, "not-found")
