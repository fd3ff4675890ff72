"""Every page in every state, in a real browser: for everybody, in light and dark, narrow and wide."""

import pytest

from tests.grader.support import gallery

STATES = {f"submission, {name}": ("anna", f"/submissions/{{ids[{name}]}}") for name in gallery.EXHIBITS}
PAGES = {
    "sign in": ("", "/login"),
    "sign in, by link": ("", "/login/0.x"),
    "courses": ("anna", "/"),
    "courses, staff": ("teacher", "/"),
    "assignment": ("anna", "/assignments/sums"),
    "assignment, nothing yet": ("ben", "/assignments/sums"),
    "handout": ("anna", "/assignments/sums/handout"),
    "handout, nothing yet": ("ben", "/assignments/sums/handout"),
    "handout, for staff": ("teacher", "/assignments/sums/handout"),
    "comparison": ("anna", "/compare?a={ids[graded]}&b={ids[flawless]}"),
    "comparison, code": ("anna", "/compare?a={ids[old code]}&b={ids[new code]}"),
    "comparison, nothing changed": ("anna", "/compare?a={ids[graded]}&b={ids[graded]}"),
    "overview": ("teacher", "/assignments/sums/overview"),
    "matrix": ("teacher", "/assignments/sums/matrix"),
    "matrix, no match": ("teacher", "/assignments/sums/matrix?q=nobody"),
    "failures": ("teacher", "/assignments/sums/failures"),
    "overview, nothing yet": ("teacher", "/assignments/sums/overview?section=B"),
    "failures, nothing yet": ("teacher", "/assignments/sums/failures?section=B"),
    "rubric": ("teacher", "/assignments/sums/rubric"),
    "student": ("teacher", "/assignments/sums/students/{anna}"),
    "student, nothing yet": ("teacher", "/assignments/sums/students/{ben}"),
    "submission, for staff": ("teacher", "/submissions/{ids[graded]}"),
    "submission, our failure for staff": ("teacher", "/submissions/{ids[grader error]}"),
    "patterns": ("", "/patterns"),
    **STATES,
}
NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1000, "height": 900}


def address(exhibition, name):
    """Return who looks at a page of PAGES, and its path."""
    reader, path = PAGES[name]
    return reader, path.format(ids=exhibition.ids, anna=exhibition.course.anna, ben=exhibition.course.ben)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everybody(exhibition, visit, shots, name):
    """No rule of WCAG 2.2 AA is broken, nothing is cut off at 320 pixels, and nothing complains."""
    reader, path = address(exhibition, name)
    window = visit(reader, viewport=WIDE)
    page = window.open(path)
    page.screenshot(path=shots / f"{name}.png", full_page=True)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")

    barriers = {scheme: window.barriers(scheme) for scheme in ("dark", "light")}
    page.set_viewport_size(NARROW)
    page.screenshot(path=shots / f"{name}, narrow and unfolded.png", full_page=True)

    assert barriers == {"dark": [], "light": []}
    assert window.overflow() <= 0
