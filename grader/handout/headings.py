"""Headings of a handout: the title, and the anchor of each section."""

import re
from collections import Counter
from collections.abc import Sequence

from markdown_it.token import Token

from grader.core.sections import NUMBER, section_anchor
from grader.handout.handout import Heading

NUMBERED = re.compile(rf"({NUMBER})\.?\s+(\S.*)", re.DOTALL)
NOT_IN_SLUGS = re.compile(r"[^\w\- ]")
TOP = 2  # of the sections; the title has level 1


def take_title(tokens: list[Token], default: str) -> tuple[str, list[Token]]:
    """Return the text of the heading that opens a handout, and the other tokens."""
    if len(tokens) > 1 and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        return text_of(tokens[1]), tokens[3:]
    return default, tokens


def anchor_headings(tokens: Sequence[Token]) -> list[Heading]:
    """Give each heading outside of lists and quotations its anchor; return them in their order."""
    found: list[Heading] = []
    uses: Counter[str] = Counter()  # of each anchor, so that no two headings have one
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and not token.level:
            heading = _heading(text_of(tokens[at + 1]), max(TOP, int(token.tag[1])), uses)
            token.tag = tokens[at + 2].tag = f"h{heading.level}"
            token.attrSet("id", heading.anchor)
            found.append(heading)
    return found


def text_of(inline: Token) -> str:
    """Return the text of an inline token, without its marks."""
    breaks = {"softbreak": " ", "hardbreak": " "}
    return "".join(breaks.get(child.type, child.content) for child in inline.children or ()).strip()


def slug(text: str) -> str:
    """Return the anchor that GitHub gives a heading with this text."""
    return NOT_IN_SLUGS.sub("", text.lower()).replace(" ", "-")


def _heading(text: str, level: int, uses: Counter[str]) -> Heading:
    numbered = NUMBERED.fullmatch(text)
    number, words = numbered.groups() if numbered else ("", text)
    anchor = section_anchor(number)
    if not number or uses[anchor]:
        number, words = "", text
        anchor = _free(section_anchor(slug(text)), uses)
    uses[anchor] += 1
    return Heading(anchor, number, words, level)


def _free(anchor: str, uses: Counter[str]) -> str:
    """Return `anchor`, with a number after it if it is taken."""
    copy = anchor
    while uses[copy]:
        uses[anchor] += 1
        copy = f"{anchor}-{uses[anchor]}"
    return copy
