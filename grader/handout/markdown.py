"""The Markdown of a handout: CommonMark with tables and $formulas$, without raw HTML."""

from collections.abc import Sequence
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from grader.core.text import clean_line
from grader.handout.formulas import LONGEST, UnreadableError, mathml

BOX = 'class="overflow" role="group" tabindex="0" aria-label="{}"'  # scrolls where a page is too narrow
FORMULA = "math"  # the language of a fence that holds one, as on GitHub
IN_LINES = {"math_inline", "math_inline_double"}
WIDE = 60  # characters of TeX from which a formula in a line may be wider than a phone
SHOWN = 80  # characters of TeX in a sentence about it
STYLES = {"text-align:right": "number", "text-align:center": "middle"}  # of cells: a page has no inline style


def parser() -> MarkdownIt:
    """Return a parser of handouts."""
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    dollarmath_plugin(
        made,
        allow_labels=False,
        allow_space=False,
        allow_digits=False,
        allow_blank_lines=False,
        double_inline=True,
    )
    return made


def typeset(tokens: Sequence[Token]) -> list[str]:
    """Give formulas, code and tables their HTML; return a sentence for each formula that is left as TeX."""
    faults: list[str] = []
    for token in tokens:
        style = token.attrs.pop("style", None)
        if style in STYLES:
            token.attrSet("class", STYLES[str(style)])
        content = _html(token, faults)
        if content:
            token.type, token.content = "html_block", content
        for child in token.children or ():
            if child.type in IN_LINES:
                child.type, child.content = "html_inline", _in_line(child.content.strip(), faults)
    return faults


def _html(token: Token, faults: list[str]) -> str:
    """Return the HTML of a block that the renderer does not write as a page needs it; else the empty text."""
    match token.type:
        case "table_open":
            return f"<div {BOX.format('Table')}>\n<table>\n"
        case "table_close":
            return "</table>\n</div>\n"
        case "math_block":
            return _block(token.content.strip(), faults)
        case "fence" if token.info.strip() == FORMULA:
            return _block(token.content.strip(), faults)
        case "fence" | "code_block":
            return f"<pre {BOX.format('Code')}><code>{escape(token.content)}</code></pre>\n"
    return ""


def _block(tex: str, faults: list[str]) -> str:
    return f"<div {BOX.format('Formula')}>{_formula(tex, faults, block=True)}</div>\n"


def _in_line(tex: str, faults: list[str]) -> str:
    content = _formula(tex, faults, block=False)
    return f'<span class="formula">{content}</span>' if len(tex) > WIDE else content


def _formula(tex: str, faults: list[str], *, block: bool) -> str:
    """Return a formula, or its source if it cannot be converted."""
    try:
        return mathml(tex, block=block)
    except UnreadableError:
        faults.append(f"a formula is shown as TeX, because it cannot be converted: {clean_line(tex, SHOWN)}")
        return f"<code>{escape(tex[:LONGEST])}</code>"
