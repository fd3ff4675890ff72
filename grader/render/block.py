"""A block of labelled lines in a terminal, such as a failure: never longer than it may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from rich.text import Text

from grader.render.screen import Screen, pad

LABEL_COLUMNS = 10


class Kind(Enum):
    """How many lines a field asks for, and when."""

    SENTENCE = auto()  # first; and it goes on before any value does
    WHOLE = auto()  # first, and never cut
    VALUE = auto()  # one line, and more where lines are left
    ASIDE = auto()  # one line where lines are left


TURNS: Mapping[Kind, tuple[int, ...]] = {  # for each kind: the turns of its first line and of its other lines
    Kind.WHOLE: (0, 0),
    Kind.SENTENCE: (1, 3),
    Kind.VALUE: (2, 5),
    Kind.ASIDE: (4,),
}


@dataclass(frozen=True)
class Field:
    """A text of a block, with a label or none."""

    label: str
    text: str
    kind: Kind = Kind.SENTENCE
    style: str = ""


def block_lines(fields: Sequence[Field], screen: Screen, indent: int, most: int) -> list[Text]:
    """Return `fields` as at most `most` lines; fields for which no line is left are dropped."""
    shown = [(field, screen.text(field.text)) for field in fields if field.text.strip()]
    rooms = [screen.width - indent - (LABEL_COLUMNS if field.label else 0) for field, _ in shown]
    needed = [len(screen.wrap(text, room)) for (_, text), room in zip(shown, rooms, strict=True)]
    granted = _granted([field.kind for field, _ in shown], needed, most)
    lines: list[Text] = []
    for (field, text), room, count in zip(shown, rooms, granted, strict=True):
        if count:
            lines += _lines(field, screen.wrap(text, room, count), indent)
    return lines


def _granted(kinds: Sequence[Kind], needed: Sequence[int], most: int) -> list[int]:
    """Return the lines of each field, of `most` in all."""
    claims: list[tuple[int, int, int]] = []
    for number, (kind, lines) in enumerate(zip(kinds, needed, strict=True)):
        counts = (1, lines - 1)
        claims += [(turn, number, count) for turn, count in zip(TURNS[kind], counts, strict=False)]
    granted = [0] * len(kinds)
    for _, number, wanted in sorted(claims):
        given = min(wanted, most)
        granted[number] += given
        most -= given
    return granted


def _lines(field: Field, texts: Sequence[str], indent: int) -> list[Text]:
    heads = [field.label, *[""] * (len(texts) - 1)]
    return [
        Text.assemble(
            " " * indent, (pad(head, LABEL_COLUMNS) if field.label else "", "dim"), (text, field.style)
        )
        for head, text in zip(heads, texts, strict=True)
    ]
