"""Errors of the API, as its clients read them."""


def problem(response):
    """Return a problem's status and type, after looking that it is one."""
    body = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert body["status"] == response.status_code
    assert body["title"]
    assert body["detail"]
    return response.status_code, body["type"].removeprefix("urn:problem:")
