"""The Markdown of a handout: CommonMark with tables and $formulas$, without raw HTML."""

from collections.abc import Sequence
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from grader.handout.formulas import formula

BOX = 'class="overflow" role="group" tabindex="0" aria-label="{}"'  # scrolls where a page is too narrow
FORMULA = "math"  # the language of a fence that holds one, as on GitHub
IN_LINES = {"math_inline", "math_inline_double"}
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


def typeset(tokens: Sequence[Token]) -> None:
    """Give formulas, code and tables their HTML."""
    for token in tokens:
        style = token.attrs.pop("style", None)
        if style in STYLES:
            token.attrSet("class", STYLES[str(style)])
        content = _html(token)
        if content:
            token.type, token.content = "html_block", content
        for child in token.children or ():
            if child.type in IN_LINES:
                child.type, child.content = "html_inline", formula(child.content.strip(), block=False)


def _html(token: Token) -> str:
    """Return the HTML of a block that the renderer does not write as a page needs it; else the empty text."""
    match token.type:
        case "table_open":
            return f"<div {BOX.format('Table')}>\n<table>\n"
        case "table_close":
            return "</table>\n</div>\n"
        case "math_block":
            return formula(token.content.strip(), block=True) + "\n"
        case "fence" if token.info.strip() == FORMULA:
            return formula(token.content.strip(), block=True) + "\n"
        case "fence" | "code_block":
            return f"<pre {BOX.format('Code')}><code>{escape(token.content)}</code></pre>\n"
    return ""
