"""Boxes of problems: a quotation that begins with **Problem `id`** becomes the section of that problem."""

from collections.abc import Collection, Sequence

from markdown_it.token import Token

from grader.core.sections import problem_anchor

STATE = "state"  # the type of the token where a page shows the state of a problem
LOWEST = 6  # level of a heading
OPENING = ("blockquote_open", "paragraph_open", "inline", "paragraph_close")


def make_boxes(tokens: Sequence[Token], problems: Collection[str]) -> list[Token]:
    """Return `tokens` with the box of each of `problems` as a section that has a heading and an anchor."""
    made: list[Token] = []
    waiting, box, level, at = set(problems), "", 1, 0
    while at < len(tokens):
        token = tokens[at]
        if token.type == "heading_open" and not token.level:
            level = int(token.tag[1])
        opened = _problem_of(tokens[at : at + 3], waiting)
        if opened:
            box = opened
            waiting.discard(box)
            made += _opening(box, tokens[at + 2], min(level + 1, LOWEST))
            at += len(OPENING)
        else:
            is_end = box and token.type == "blockquote_close" and not token.level
            made.append(Token("box_close", "section", -1, block=True) if is_end else token)
            box = "" if is_end else box
            at += 1
    return made


def _problem_of(opening: Sequence[Token], problems: Collection[str]) -> str:
    """Return the id of the problem whose box begins with these tokens, or the empty text."""
    if tuple(token.type for token in opening) != OPENING[:3] or opening[0].level:
        return ""
    children = _shown(opening[2])
    if not children or children[0].type != "strong_open":
        return ""
    bold = children[: [child.type for child in children].index("strong_close")]
    named = [child.content for child in bold if child.type == "code_inline"]
    return named[0] if named and named[0] in problems else ""


def _opening(problem: str, words: Token, level: int) -> list[Token]:
    """Return the beginning of a box: its first paragraph is the heading."""
    anchor, tag = problem_anchor(problem), f"h{level}"
    words.children = [child for child in _shown(words) if child.type not in {"strong_open", "strong_close"}]
    return [
        _section(anchor),
        Token("heading_open", tag, 1, attrs={"id": f"{anchor}-title"}, block=True, level=1),
        words,
        Token("heading_close", tag, -1, block=True, level=1),
        Token(STATE, "", 0, meta={"problem": problem}, block=True),
    ]


def _shown(inline: Token) -> list[Token]:
    return [child for child in inline.children or () if child.type != "text" or child.content]


def _section(anchor: str) -> Token:
    attributes: dict[str, str | int | float] = {"class": "problem-box", "id": anchor}
    attributes["aria-labelledby"] = f"{anchor}-title"
    return Token("box_open", "section", 1, attrs=attributes, block=True)
