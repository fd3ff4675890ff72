"""Figures of a handout: a simple SVG becomes a part of the page, every other picture is a file of its own.

An inline drawing has the page's colours where it says `currentColor`. It has listed elements and attributes
only. A drawing with others is shown as an image, in which a browser runs no script and loads nothing.
"""

import re
from collections.abc import Iterator
from html import escape
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, ParseError, fromstring

from grader.handout.handout import Figure

SVG = "{http://www.w3.org/2000/svg}"
LARGEST_INLINE = 60_000  # bytes
DEEPEST = 20  # elements within each other
MEDIA_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
SHAPE = re.compile("svg|g|path|polygon|polyline|line|rect|circle|ellipse|text|tspan")
LEFT_OUT = {"title", "desc", "metadata"}
STYLE = re.compile(  # which only sets the colour of the whole drawing: the page has its own
    r"(?:[\s{};]|svg|color:\s*#?\w+|@media\s*\(prefers-color-scheme:\s*(?:dark|light)\))*"
)
ATTRIBUTE = re.compile(
    "viewBox|width|height|transform|d|points|x|y|x1|y1|x2|y2|dx|dy|cx|cy|r|rx|ry|"
    "fill|fill-opacity|fill-rule|stroke|stroke-width|stroke-opacity|stroke-dasharray|stroke-linecap|"
    "stroke-linejoin|opacity|text-anchor|dominant-baseline|font-family|font-size|font-weight|font-style"
)
IGNORED = {"id", "class", "version", "{http://www.w3.org/XML/1998/namespace}space"}
VALUE = re.compile(r"[\w\s.,:%#+-]*|(?:\s*(?:translate|scale|rotate|matrix|skewX|skewY)\([\d\s.,e+-]*\))+\s*")


class NotSimpleError(ValueError):
    """A drawing has something that an inline drawing may not have."""


def inline_svg(content: bytes, alt: str) -> str | None:
    """Return a drawing as a part of a page; None if it is no simple one."""
    if len(content) > LARGEST_INLINE or b"<!ENTITY" in content:
        return None
    try:
        root = fromstring(content)  # noqa: S314 - without entities, and of a bounded size
        if root.tag != f"{SVG}svg":
            return None
        label = f'role="img" aria-label="{escape(alt)}"' if alt else 'aria-hidden="true"'
        return "".join(_written(root, DEEPEST, f' class="drawing" {label}'))
    except (ParseError, LookupError, ValueError):  # also for an unknown encoding
        return None


def make_figure(path: str, content: bytes) -> Figure | None:
    """Return the figure with a path; None if its suffix is not one of a picture."""
    media_type = MEDIA_TYPES.get(PurePosixPath(path).suffix.lower())
    return Figure(content, media_type) if media_type else None


def _written(element: Element, depth: int, more: str = "") -> Iterator[str]:
    """Yield the HTML of an element and of those in it. Raises NotSimpleError."""
    name = str(element.tag).removeprefix(SVG)
    if name in LEFT_OUT or (name == "style" and STYLE.fullmatch(element.text or "")):
        return
    if not depth or not SHAPE.fullmatch(name):
        raise NotSimpleError(name)
    yield f"<{name}{_attributes(element)}{more}>{escape((element.text or '').strip())}"
    for child in element:
        yield from _written(child, depth - 1)
        yield escape((child.tail or "").strip())
    yield f"</{name}>"


def _attributes(element: Element) -> str:
    found = {name: value for name, value in element.attrib.items() if name not in IGNORED}
    for name, value in found.items():
        if not ATTRIBUTE.fullmatch(name) or not VALUE.fullmatch(value):
            raise NotSimpleError(name)
    return "".join(f' {name}="{escape(value)}"' for name, value in found.items())
