"""Breaches become few notes, however many there are."""

from grader.suite.breaches import MAX_KINDS, Breaches


def test_the_same_breach_is_noted_once_with_its_count():
    """A submission that breaks the protocol in every test gives one note."""
    breaches = Breaches()

    for _ in range(350):
        breaches.add("broke the protocol: malformed progress")
    breaches.add("broke the protocol: a malformed error")

    assert breaches.notes() == [
        "The submission broke the protocol: malformed progress (350 times).",
        "The submission broke the protocol: a malformed error.",
    ]


def test_ever_new_breaches_are_counted_together():
    """A submission that words each breach differently fills no report."""
    breaches = Breaches()

    for number in range(1_000):
        breaches.add(f"broke the protocol: {number}")

    notes = breaches.notes()
    assert len(notes) == MAX_KINDS + 1
    assert notes[-1] == f"The submission broke the protocol in more ways ({1_000 - MAX_KINDS} times)."
