"""The way of staff: from the overview over the matrix to one report, its regrade, and the rubric."""

import pytest

from grader.store.audit_log import entries

OVERVIEW = "/assignments/sums/overview"


@pytest.fixture
def window(visit):
    """Return an instructor's window on the first page."""
    opened = visit("teacher")
    opened.open("/")
    return opened


def test_what_the_class_is_stuck_on_is_two_clicks_away(window, exhibition):
    """One click shows the hardest problem first, the next one its tests and how many lost them."""
    exhibition.grade(exhibition.hand_in("ben", b"lost some points"))
    page = window.page

    page.get_by_role("main").get_by_role("link", name="Sums").click()
    hardest = page.locator(".hardness summary").first
    hardest.click()

    assert page.locator(".hardness details[open] .lost li").count() > 0
    assert "failed by 1 student" in page.locator(".hardness details[open]").inner_text()


def test_from_the_matrix_to_a_report_and_the_rubric(window, exhibition):
    """A cell of the matrix leads to the very problem on the student's report, and that to the rubric."""
    page = window.open("/assignments/sums/matrix")

    page.locator("#matrix tbody td a").nth(3).click()
    assert page.url.startswith(f"{exhibition.site.url}/submissions/{exhibition.ids['flawless']}#problem-")
    page.get_by_text("For staff").wait_for()
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name="Sums").click()
    page.get_by_role("link", name="Rubric").click()

    page.get_by_role("heading", name="Scalars and basic operations").wait_for()
    page.get_by_role("heading", name="Negation and subtraction").click()
    page.get_by_text("5 - a is computed as a - 5").first.wait_for()


def test_the_matrix_is_searched_as_one_types(window):
    """Typing a name leaves the students who bear it, and the address keeps the search for a colleague."""
    page = window.open("/assignments/sums/matrix")

    page.get_by_label("Name or address").press_sequentially("ben")
    page.get_by_text("1 student", exact=True).wait_for()

    page.wait_for_url("**q=ben*")
    assert page.locator("#matrix tbody tr").count() == 1


def test_a_regrade_by_its_form(window, exhibition):
    """Staff say why and have a submission graded again; it waits, and the audit knows who and why."""
    submission = exhibition.hand_in("ben", b"to be regraded")
    exhibition.grade(submission)
    page = window.open(f"/submissions/{submission}")

    page.get_by_label("Reason to grade again").fill("the queue was restarted")
    page.get_by_role("button", name="Grade again").click()

    page.get_by_text("in the queue").wait_for()
    with exhibition.database.read() as session:
        newest = entries(session)[0]
    assert (newest.actor, newest.reason) == ("teacher@example.edu", "the queue was restarted")
