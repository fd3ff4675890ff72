"""Lifetimes of links and sign-ins: one number in the code, and the same in words on pages and in the docs."""

from datetime import timedelta

import pytest

from grader.core.lifetimes import in_words
from grader.service_settings import ServiceSettings
from grader.store.sign_ins import LINK_LIFETIME, SIGN_IN_LIFETIME
from tests.assignment.samples import ROOT


@pytest.mark.parametrize(
    ("hours", "words"),
    [(1, "1 hour"), (12, "12 hours"), (24, "1 day"), (36, "36 hours"), (72, "3 days"), (720, "30 days")],
)
def test_a_lifetime_in_words(hours, words):
    """Whole days are days, everything else is hours."""
    assert in_words(timedelta(hours=hours)) == words


def test_the_setting_begins_with_the_number_of_the_code():
    """The lifetime of a link without the setting is the setting's default."""
    hours = ServiceSettings.model_fields["link_hours"].default

    assert timedelta(hours=hours) == LINK_LIFETIME
    assert timedelta(days=1) <= LINK_LIFETIME


@pytest.mark.parametrize("page", ["docs/students.md", "docs/operator.md"])
def test_the_docs_tell_the_same_lifetimes(page):
    """Each page for people says how long a link works, and how long a browser stays signed in."""
    text = " ".join((ROOT / page).read_text().split())

    assert f"works once, within {in_words(LINK_LIFETIME)}" in text
    assert f"signs the browser in for {in_words(SIGN_IN_LIFETIME)}" in text.replace(
        "a browser", "the browser"
    )
