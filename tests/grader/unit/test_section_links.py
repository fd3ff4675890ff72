"""Sections that a report's text names: links where the handout is hosted, text elsewhere."""

import pytest

from grader.core.scoring import Outcome
from grader.core.sections import referred_sections
from grader.render.html import environment, report_values
from grader.render.section_links import link_sections
from tests.grader.support.reports import report, result


def test_each_section_is_a_link():
    """The words stay, and everything else in the text is escaped."""
    made = link_sections("Read section 2.1 & <b>Sections 3</b>.", "/a/handout")

    assert made == (
        'Read <a href="/a/handout#section-2-1">section 2.1</a> &amp; &lt;b&gt;'
        '<a href="/a/handout#section-3">Sections 3</a>&lt;/b&gt;.'
    )


def test_without_a_handout_there_are_no_links():
    """The file of a report stands alone."""
    assert link_sections("Read section 2.1 & on.", "") == "Read section 2.1 &amp; on."


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("section 2.10.", ["2.10"]),
        ("Section 2. Then section 12", ["2", "12"]),
        ("intersection 2, section two, section 1234, section 2.1.3.4.5", []),
        ("section 2.1, and section 2.1", ["2.1", "2.1"]),
    ],
)
def test_sections_are_found_by_their_numbers(text, sections):
    """A reference is the word and a number of up to four short levels."""
    assert referred_sections(text) == sections


def test_a_report_links_its_sections():
    """The next step and the hints of lost tests lead to the handout's sections."""
    lost = result(outcome=Outcome.FAILED, message="wrong", hint="Read section 5.4.")
    values = report_values(report(lost), "/assignments/a/handout")

    made = environment().get_template("verdict.html.j2").render(values)

    assert '<a href="/assignments/a/handout#section-5-4">section 5.4</a>' in made
    assert made.count('href="/assignments/a/handout#section-2') >= 1
