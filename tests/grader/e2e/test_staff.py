"""The way of staff: from the overview over the matrix to one report, its regrade, and the rubric."""

import pytest

from grader.core.role import Role
from grader.store.audit_log import entries
from grader.store.users import add_user, set_role
from tests.grader.support.course import COURSE, hand_in

OVERVIEW = "/assignments/sums/overview"


@pytest.fixture
def window(visit):
    """Return an instructor's window on the first page."""
    opened = visit("teacher")
    opened.open("/")
    return opened


def test_what_the_class_is_stuck_on_is_two_clicks_away(window, exhibition):
    """The failures have the hardest problem first, and one click its tests and how many lost them."""
    exhibition.grade(exhibition.hand_in("ben", b"lost some points"))
    page = window.page

    page.get_by_role("main").get_by_role("link", name="Sums").click()
    page.get_by_role("link", name="Failures").click()
    hardest = page.locator(".hardness summary").first
    hardest.click()

    assert page.locator(".hardness details[open] .lost li").count() > 0
    assert "failed by 1 student" in page.locator(".hardness details[open]").inner_text()


def test_from_the_matrix_to_a_report_and_the_rubric(window, exhibition):
    """A cell of the matrix leads to the very problem on the student's report, and that to the rubric."""
    submission = exhibition.hand_in("ben", b"lost a cell")
    exhibition.grade(submission)
    page = window.open("/assignments/sums/matrix?counts=latest&only=below-half&q=ben")

    page.locator("#matrix tbody td:not(.n) a").first.click()
    assert page.url.startswith(f"{exhibition.site.url}/submissions/{submission}#problem-")
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
    page.get_by_text("1 to 1 of 1 student", exact=True).wait_for()

    page.wait_for_url("**q=ben*")
    assert page.locator("#matrix tbody tr").count() == 1


def test_a_regrade_by_its_form(window, exhibition):
    """Staff say why and have a submission graded again; it waits, and the audit knows who and why."""
    submission = exhibition.hand_in("ben", b"to be regraded")
    exhibition.grade(submission)
    page = window.open(f"/submissions/{submission}")

    page.get_by_label("Reason to grade again").fill("the queue was restarted")
    page.get_by_role("button", name="Grade again").click()

    page.get_by_text("in the queue").first.wait_for()
    with exhibition.database.read() as session:
        newest = entries(session)[0]
    assert (newest.actor, newest.reason) == ("teacher@example.edu", "the queue was restarted")


NAME = "Aleksandra Konstantinopolska-Brzęczyszczykiewicz von und zu Featherstonehaugh-Cholmondeley"
PAGES = ("overview", "matrix?page=all", "failures", "students/{long}")


@pytest.fixture(scope="module")
def long_named(exhibition):
    """Return the id of a graded student with the longest of names."""
    with exhibition.database.write() as session:
        user = add_user(session, "long@example.edu", NAME).id
        set_role(session, COURSE, user, Role.STUDENT, "B")
    exhibition.grade(hand_in(exhibition.database, exhibition.queue, user, b"of a long name").id)
    return user


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_a_long_name_cuts_nothing_off(visit, long_named, path, width):
    """No page is wider than its window, in either colour scheme, and no rule of WCAG 2.2 AA is broken."""
    window = visit("teacher", viewport={"width": width, "height": 800})
    window.open(f"/assignments/sums/{path.format(long=long_named)}")

    assert window.overflow() <= 0
    assert {scheme: window.barriers(scheme) for scheme in ("dark", "light")} == {"dark": [], "light": []}


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_a_long_name_covers_no_score(visit, long_named, width):
    """On a phone a student is a card: the name wraps beside its score, and the losses are words."""
    page = visit("teacher", viewport={"width": width, "height": 800}).open("/assignments/sums/matrix?q=long")
    row = page.locator(f'#matrix tbody tr:has(a[href="students/{long_named}"])')

    name, score = row.locator("th").bounding_box(), row.locator("td.n").first.bounding_box()
    assert name["x"] + name["width"] <= score["x"]
    assert score["x"] + score["width"] <= width
    assert row.locator("td.w").is_visible() is (width < 640)
    assert "/" in row.locator("td.w").text_content()


def test_a_row_is_a_target(visit, long_named):
    """A click beside the name opens the student, and the row of a failure the list of its students."""
    page = visit("teacher").open("/assignments/sums/matrix?q=long")
    cell = page.locator("#matrix tbody td.n.q").bounding_box()

    page.mouse.click(cell["x"] + 4, cell["y"] + 4)
    page.wait_for_url(f"**/students/{long_named}")
    page.get_by_role("link", name="Failures").click()
    box = page.locator(".causes tbody tr").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 4, box["y"] + 4)

    page.wait_for_url("**/failures/*")
    page.get_by_role("link", name=NAME, exact=True).wait_for()


def test_values_of_a_chart_by_pointer_and_keyboard(visit, long_named):  # noqa: ARG001 - has a score
    """A bar has its count as a tooltip, and the table below the chart opens by keyboard."""
    page = visit("teacher").open("/assignments/sums/overview")
    titles = page.locator("#scores .plot g > title").all_text_contents()

    page.locator("#scores summary").focus()
    page.keyboard.press("Enter")

    cells = page.locator("#scores tbody tr").all_inner_texts()
    assert len(cells) == len(titles) > 1
    assert all(each.endswith(" students") for each in titles)
