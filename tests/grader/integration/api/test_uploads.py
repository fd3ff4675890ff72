"""The API of uploads: accepted, refused, repeated, limited."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.store.queue import WorkerInfo
from grader.store.submissions import SubmissionFilter, page
from tests.grader.support.api import SUBMISSIONS, UPLOAD_BYTES, hand_in, make_service, zipped
from tests.grader.support.course import ASSIGNMENT
from tests.grader.support.problems import problem


def test_an_upload_is_accepted_and_queued(service, anna):
    """202 says id, state, place, wait and links; the links lead to the submission."""
    with service.queue.register(WorkerInfo("worker", 1, "process")):
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
    """422 names rule and entry; nothing is kept, and no attempt is used."""
    response = hand_in(anna, content)

    assert problem(response) == (422, "refused")
    assert response.json()["entry"] == entry
    assert rule in response.json()["rule"]
    with service.database.read() as session:
        assert page(session, SubmissionFilter(), 10) == []


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
    """A request that is no form, or has no file, gets a message about it."""
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
    """Submissions of one student do not count as earlier ones of another."""
    first = hand_in(anna).json()["id"]

    other = hand_in(service.client("ben"))

    assert (other.status_code, other.json()["id"] == first) == (202, False)


def test_the_same_key_is_one_submission(anna):
    """A request with the same key and bytes returns the same submission; other bytes are refused."""
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


def test_the_newest_takes_the_place_of_the_one_that_waits(store):
    """If the policy says so, a newer submission supersedes the queued one and is named in its reason."""
    anna = make_service(store, hourly_limit=None).client("anna")
    old = hand_in(anna).json()["id"]

    new = hand_in(anna, zipped(x="1")).json()["id"]

    body = anna.get(f"{SUBMISSIONS}/{old}").json()
    assert body["state"] == "superseded"
    assert new in body["reason"]


def test_the_hourly_limit_says_when_to_try_again(store):
    """429 comes with the time of the next try, and a cancelled submission costs nothing."""
    anna = make_service(store, hourly_limit=1, supersede=False).client("anna")
    first = hand_in(anna).json()["id"]
    refused = hand_in(anna, zipped(x="1"))
    anna.delete(f"{SUBMISSIONS}/{first}")
    after = hand_in(anna, zipped(x="2"))

    assert problem(refused) == (429, "too-many")
    assert 3_500 < int(refused.headers["retry-after"]) <= 3_600
    assert refused.json()["next_try_at"].startswith("20")
    assert after.status_code == 202


def test_an_assignment_that_is_not_ones_own(anna):
    """Handing in to an assignment of another course is as if there were none."""
    assert problem(hand_in(anna, assignment="other")) == (404, "not-found")
