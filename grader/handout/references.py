"""Links of a handout: to each section and problem that it names, and to the web."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from markdown_it.token import Token

from grader.core.sections import NUMBER, problem_anchor, section_anchor, split_references
from grader.handout.handout import Heading
from grader.handout.headings import slug, text_of

ADDRESS = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)


@dataclass(frozen=True)
class Targets:
    """The anchors of a handout: sections by number, problems, and headings by their slugs on GitHub."""

    sections: Collection[str]
    problems: Collection[str]
    slugs: dict[str, str]


def targets_of(headings: Sequence[Heading], problems: Collection[str]) -> Targets:
    """Return the anchors that links of a handout may lead to."""
    slugs = {slug(f"{each.number} {each.text}".strip()): each.anchor for each in headings}
    return Targets({each.number for each in headings if each.number}, problems, slugs)


def link_references(tokens: Sequence[Token], targets: Targets) -> None:
    """Link the sections and problems that a handout names, and take away links to files beside it."""
    column = Columns()
    for token, after in zip_longest(tokens, tokens[1:]):
        name = column.read(token, after)
        if token.type == "inline" and token.children:
            token.children = list(_linked(_checked(token.children, targets), name, targets))


class Columns:
    """Tells the name of the column that a token is in, while a table goes by."""

    def __init__(self) -> None:
        """Stand before a table."""
        self._names: list[str] = []
        self._at = -1

    def read(self, token: Token, after: Token | None) -> str:
        """Return the name of the column of `token` in the body of a table, or the empty text."""
        if token.type == "table_open":
            self._names = []
        elif token.type == "tr_open":
            self._at = -1
        elif token.type == "td_open":
            self._at += 1
        elif token.type == "th_open" and after:
            self._names.append(text_of(after).lower())
        elif token.type in {"td_close", "table_close"}:
            return ""
        return self._names[self._at] if 0 <= self._at < len(self._names) else ""


def _checked(children: Sequence[Token], targets: Targets) -> Iterator[Token]:
    """Yield the tokens of a text without links that lead nowhere from here."""
    is_kept = False
    for child in children:
        if child.type == "link_open":
            address = _address(str(child.attrGet("href") or ""), targets)
            is_kept = bool(address)
            child.attrSet("href", address)
        if is_kept or child.type not in {"link_open", "link_close"}:
            yield child


def _address(written: str, targets: Targets) -> str:
    """Return where a link leads from the page, or the empty text if it leads to a file of the author."""
    if written.startswith("#"):
        return f"#{targets.slugs.get(written[1:], written[1:])}"
    return written if ADDRESS.match(written) else ""


def _linked(children: Iterator[Token], column: str, targets: Targets) -> Iterator[Token]:
    """Yield the tokens of a text with a link for each reference that is in none."""
    depth = 0
    for child in children:
        depth += child.nesting if child.type in {"link_open", "link_close"} else 0
        if depth or child.type not in {"text", "code_inline"}:
            yield child
        elif child.type == "code_inline":
            is_named = column == "problem" and child.content in targets.problems
            yield from _link(problem_anchor(child.content), child) if is_named else [child]
        else:
            yield from _linked_text(child.content, column, targets)


def _linked_text(text: str, column: str, targets: Targets) -> Iterator[Token]:
    is_number = column == "section" and re.fullmatch(NUMBER, text.strip())
    pieces = [(text, text.strip())] if is_number else split_references(text)
    for piece, number in pieces:
        words = Token("text", "", 0, content=piece)
        yield from _link(section_anchor(number), words) if number in targets.sections else [words]


def _link(anchor: str, words: Token) -> list[Token]:
    return [Token("link_open", "a", 1, attrs={"href": f"#{anchor}"}), words, Token("link_close", "a", -1)]
