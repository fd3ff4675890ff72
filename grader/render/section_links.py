"""Links to the handout: each section that a text of a report names leads to its place there."""

from markupsafe import Markup

from grader.core.sections import section_anchor, split_references

LINK = Markup('<a href="{}#{}">{}</a>')


def link_sections(text: str, handout: str) -> Markup:
    """Return `text`, escaped, with a link for each section; without links if `handout`, a path, is empty."""
    return Markup().join(
        LINK.format(handout, section_anchor(number), piece) if handout and number else piece
        for piece, number in split_references(text)
    )
