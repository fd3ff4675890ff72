"""Formulas: TeX becomes MathML Core of listed elements and attributes, or stays visible as its source.

latex2mathml does the work in Python. Faster converters in other languages end the process at deep nesting.
"""

import re
from collections.abc import Iterator, Mapping
from html import escape, unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter

LONGEST = 2_000  # characters of TeX
DEEPEST = 60  # elements within each other
WIDE = 60  # characters of TeX from which a formula in a line may be wider than a phone
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


class Unreadable(ValueError):  # noqa: N818 - it leads to the source, and is no error of ours
    """The TeX cannot be shown as a formula."""


def formula(tex: str, *, block: bool) -> str:
    """Return the HTML of a formula; TeX that cannot be converted is shown as its source."""
    try:
        content = _mathml(tex, block=block)
    except Unreadable:
        return _source(tex, block=block)
    if block:
        return f'<div class="formula overflow" role="group" aria-label="Formula" tabindex="0">{content}</div>'
    if len(tex) > WIDE:
        return f'<span class="wide formula">{content}</span>'
    return content


def _source(tex: str, *, block: bool) -> str:
    mark = f'<code class="tex">{escape(tex[:LONGEST])}</code>'
    return f'<p class="formula">{mark}</p>' if block else mark


def _mathml(tex: str, *, block: bool) -> str:
    """Return the MathML of a formula. Raises Unreadable."""
    if len(tex) > LONGEST or DEFINITIONS.search(tex):
        raise Unreadable(tex)
    try:
        tree = Converter(display="block" if block else "inline").convert_to_element(tex)
    except Exception as wrong:  # the converter has no bound on what it raises for broken TeX
        raise Unreadable(tex) from wrong
    return "".join(_written(tree, DEEPEST))


def _written(element: Element, depth: int) -> Iterator[str]:
    """Yield the HTML of an element of MathML. Raises Unreadable."""
    name = element.tag
    if not depth or not ELEMENT.fullmatch(name) or len(element) != CHILDREN.get(name, len(element)):
        raise Unreadable(name)
    text = unescape(element.text or "")
    if name in LEAVES and text.startswith("\\"):
        raise Unreadable(f"unknown command {text}")
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
