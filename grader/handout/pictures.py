"""Pictures of a handout: each image of the Markdown as the HTML that shows it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from urllib.parse import quote, unquote

from markdown_it.token import Token

from grader.handout.figures import inline_svg, make_figure
from grader.handout.handout import Figure

BASE = "handout"  # the page's own last segment: figures have addresses below it
BOX = {"class": "figure overflow", "role": "group", "tabindex": "0", "aria-label": "Figure"}
Reader = Callable[[str], bytes | None]


@dataclass(frozen=True)
class Pictures:
    """Shows images. `read` returns the file with a path below the handout's folder, None if there is none.

    `figures` collects the files that the page needs, `faults` a sentence for each image that is not shown.
    """

    read: Reader
    figures: dict[str, Figure] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def show_all(self, tokens: Sequence[Token]) -> None:
        """Give every image its HTML, and a paragraph of one image a box of its own."""
        for before, token in pairwise(tokens):
            images = _images(token)
            for image in images:
                image.content = self.show(str(image.attrGet("src") or ""), image.content)
                image.type = "html_inline"
            if before.type == "paragraph_open" and len(images) == len(token.children or ()) == 1:
                before.attrs |= BOX

    def show(self, address: str, alt: str) -> str:
        """Return the HTML of an image."""
        path = unquote(address)
        content = self.read(path)
        drawing = inline_svg(content, alt) if content and path.endswith(".svg") else None
        if drawing:
            return drawing
        figure = make_figure(path, content) if content else None
        if figure is None:
            self.faults.append(
                f"the picture {path} is not shown: there is no such picture beside the handout"
            )
            return f'<em class="about">[{escape(alt or path)}]</em>'
        self.figures[path] = figure
        version = hashlib.sha256(figure.content).hexdigest()[:12]
        return f'<img src="{BASE}/{quote(path)}?v={version}" alt="{escape(alt)}">'


def _images(token: Token) -> list[Token]:
    return [child for child in token.children or () if child.type == "image"]
