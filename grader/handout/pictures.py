"""Pictures of a handout: each image of the Markdown as the HTML that shows it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from pathlib import PurePosixPath
from urllib.parse import unquote

from markdown_it.token import Token

from grader.core.text import clean_line
from grader.handout.figures import inline_svg, make_figure
from grader.handout.handout import Figure

BASE = "handout"  # the page's own last segment: figures have addresses below it
BOX = {"class": "figure overflow", "role": "group", "tabindex": "0", "aria-label": "Figure"}
SHOWN = 80  # characters of a path in a sentence
DIGITS = 16  # of a hash, in the name of a figure
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
            shown = clean_line(path, SHOWN)
            self.faults.append(f"the picture {shown} is not shown: the handout's folder has no such picture")
            return f'<em class="about">[{escape(alt or shown)}]</em>'
        name = hashlib.sha256(figure.content).hexdigest()[:DIGITS] + PurePosixPath(path).suffix.lower()
        self.figures[name] = figure
        return f'<img src="{BASE}/{name}" alt="{escape(alt)}">'


def _images(token: Token) -> list[Token]:
    return [child for child in token.children or () if child.type == "image"]
