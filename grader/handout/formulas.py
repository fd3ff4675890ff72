"""Formulas: TeX becomes MathML Core of listed elements and attributes, or is refused.

latex2mathml does the work in Python. Faster converters in other languages end the process at deep nesting.
"""

import re
from collections.abc import Iterator, Mapping
from html import escape, unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter

LONGEST = 2_000  # characters of TeX
DEEPEST = 60  # elements within each other
DEFINITIONS = re.compile(
    r"\\(?:newcommand|renewcommand|providecommand|def|let)\b"
)  # which may grow without end
CHILDREN = {  # exact numbers, without which browsers show an error
    **dict.fromkeys(("mfrac", "mroot", "msub", "msup", "munder", "mover"), 2),
    **dict.fromkeys(("msubsup", "munderover"), 3),
}
ELEMENT = re.compile(
    "math|m(?:i|n|o|text|space|row|style|sqrt|padded|phantom|table|tr|td)|" + "|".join(CHILDREN)
)
LEAVES = ("mi", "mn", "mo", "mtext")
ATTRIBUTE = re.compile(
    "display|displaystyle|scriptlevel|stretchy|fence|separator|form|largeop|accent|symmetric|movablelimits|"
    "minsize|maxsize|lspace|rspace|width|height|depth|voffset|linethickness|columnspan|rowspan"
)
VALUE = re.compile(r"[\w.%+-]{1,20}")
CLASSES = {
    ("columnalign", "left"): "to-left",
    ("columnalign", "right"): "to-right",
    ("mathvariant", "bold"): "bold",
}


class UnreadableError(ValueError):
    """The TeX cannot be shown as a formula."""


def mathml(tex: str, *, block: bool) -> str:
    """Return a formula as MathML. Raises UnreadableError."""
    if len(tex) > LONGEST or DEFINITIONS.search(tex):
        raise UnreadableError(tex)
    try:
        tree = Converter(display="block" if block else "inline").convert_to_element(tex)
    except Exception as wrong:  # the converter has no bound on what it raises for broken TeX
        raise UnreadableError(tex) from wrong
    return "".join(_written(tree, DEEPEST))


def _written(element: Element, depth: int) -> Iterator[str]:
    """Yield the HTML of an element of MathML. Raises UnreadableError."""
    name = element.tag
    if not depth or not ELEMENT.fullmatch(name) or len(element) != CHILDREN.get(name, len(element)):
        raise UnreadableError(name)
    text = unescape(element.text or "")
    if name in LEAVES and text.startswith("\\"):
        raise UnreadableError(f"unknown command {text}")
    yield f"<{name}{_attributes(element.attrib)}>{escape(text.strip() if name != 'mtext' else text)}"
    for child in element:
        yield from _written(child, depth - 1)
    yield f"</{name}>"


def _attributes(found: Mapping[str, str]) -> str:
    kept = {name: value for name, value in found.items() if _may_stay(name, value)}
    classes = [CLASSES[item] for item in found.items() if item in CLASSES]
    if classes:
        kept["class"] = " ".join(classes)
    return "".join(f' {name}="{value}"' for name, value in kept.items())


def _may_stay(name: str, value: str) -> bool:
    return bool(ATTRIBUTE.fullmatch(name) and VALUE.fullmatch(value))
