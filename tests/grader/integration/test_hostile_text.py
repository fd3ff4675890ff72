"""Text that no database keeps: NUL, half characters, numbers without end. None of it is an error of ours."""

import json

import pytest

from tests.grader.support.api import SUBMISSIONS, hand_in, make_service, zipped

TEXTS = {
    "NUL": "a\0b",
    "half a character": "\ud800",
    "the other half": "\udfff\udc80",
    "not a character": "\uffff",
    "a mark of direction": "\u202e",
    "escape": "\x1b[31m",
    "very long": "x" * 100_000,
    "a huge number": "9" * 400,
    "not a number": "NaN",
    "quotes": "'\"; DROP TABLE users; --",
}
ESCAPED = {name: text.encode("utf-8", "surrogatepass") for name, text in TEXTS.items()}
texts = pytest.mark.parametrize("name", TEXTS)


@pytest.fixture
def service(database):
    """Return API and pages on each kind of database."""
    return make_service(database, hourly_limit=None)


def quoted(name):
    """Return a text as an address has it."""
    return "".join(f"%{byte:02x}" for byte in ESCAPED[name][:2_000])


@texts
def test_addresses_and_queries(service, name):
    """Any text in a path or a query is answered, and never by 5xx."""
    made = hand_in(service.client("anna")).json()["id"]
    people = [
        service.client("anna", raise_server_exceptions=False),
        service.client("teacher", raise_server_exceptions=False),
        service.browser("teacher", raise_server_exceptions=False),
    ]
    text = quoted(name)
    paths = [
        f"{SUBMISSIONS}/{text}",
        f"{SUBMISSIONS}/{made}{text}/report",
        f"{SUBMISSIONS}?assignment={text}&student={text}&cursor={text}&limit={text}",
        f"{SUBMISSIONS}?student=a{text}@example.edu",
        f"{SUBMISSIONS}?state={text}",
        f"/api/v1/audit?actor={text}&action={text}&subject={text}&cursor={text}",
        f"/api/v1/assignments/{text}/template",
        f"/assignments/{text}",
        f"/submissions/{text}",
        f"/compare?a={text}&b={made}",
        f"/login?back=/{text}",
        f"/login/{text}",
        f"/staff/{text}/students/{text}",
        f"/{text}?{text}={text}",
    ]

    found = {path: each.get(path).status_code for path in paths for each in people}

    assert {path: status for path, status in found.items() if status >= 500} == {}


@texts
def test_bodies_and_headers(service, name):
    """Any text in a form, in JSON, in a file's name or in a header is answered, and never by 5xx."""
    made = hand_in(service.client("anna")).json()["id"]
    service.grade(made)
    anna = service.client("anna", raise_server_exceptions=False)
    teacher = service.client("teacher", raise_server_exceptions=False)
    browser = service.browser("teacher", raise_server_exceptions=False)
    text, raw = TEXTS[name], ESCAPED[name]
    reason = json.dumps({"reason": text}).encode()
    json_type = {"Content-Type": "application/json"}
    form_type = {"Content-Type": "multipart/form-data; boundary=b"}
    part = b'--b\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n'
    form = (
        part % (b"assignment", b"", raw)
        + part % (raw[:50], b"", raw)
        + part % (b"archive", b'; filename="' + raw[:99] + b'"', zipped())
        + b"--b--\r\n"
    )

    answers = [
        teacher.post(f"{SUBMISSIONS}/{made}/regrade", content=reason, headers=json_type),
        teacher.post(f"{SUBMISSIONS}/{made}/regrade", content=raw, headers=json_type),
        browser.post(f"/submissions/{made}/regrade", content=b"reason=" + quoted(name).encode()),
        browser.post("/login", content=b"token=" + quoted(name).encode() + b"&back=" + quoted(name).encode()),
        anna.post(SUBMISSIONS, content=form, headers=form_type),
        hand_in(anna, zipped(), {"Idempotency-Key": raw[:150].replace(b"\0", b"")}),
        anna.get(SUBMISSIONS, headers={"Authorization": b"Bearer " + raw[:150]}),
        service.client(raise_server_exceptions=False).get(
            SUBMISSIONS, headers={"Cookie": b"grader_sign_in=" + raw[:150]}
        ),
        anna.get(f"{SUBMISSIONS}/{made}/report", headers={"Accept": raw[:150]}),
    ]

    assert [each.status_code for each in answers if each.status_code >= 500] == []


@pytest.mark.parametrize("name", ["NUL", "half a character"])
def test_what_a_database_refuses_is_the_senders(service, name):
    """A value that slipped through every check is 422 on either database, and is not kept."""
    made = hand_in(service.client("anna")).json()["id"]
    service.grade(made)
    teacher = service.client("teacher", raise_server_exceptions=False)

    answer = teacher.post(
        f"{SUBMISSIONS}/{made}/regrade",
        content=json.dumps({"reason": TEXTS[name]}).encode(),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 422
    assert teacher.get(f"{SUBMISSIONS}/{made}").json()["state"] == "graded"
