"""Which form of an answer a request prefers."""

import pytest

from grader.web.api.accept import choose_media_type

OFFERED = ("application/json", "text/plain", "text/html")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/*", "text/plain"),
        ("text/html", "text/html"),
        ("text/html;q=0.5, text/plain;q=0.9", "text/plain"),
        ("TEXT/HTML ; q=1", "text/html"),
        ("image/png", None),
        ("text/html;q=0", None),
        ("text/html;q=many", None),
        (",;,=", None),
    ],
)
def test_the_best_liked_form_is_chosen(accept, chosen):
    """Weights decide, then the order of offers; an invalid part matches nothing."""
    assert choose_media_type(accept, OFFERED) == chosen
