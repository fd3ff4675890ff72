"""Reads a handout from the folder of an assignment and renders it."""

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.token import Token

from grader.handout.boxes import STATE, make_boxes
from grader.handout.handout import Handout, Piece
from grader.handout.headings import anchor_headings, take_title
from grader.handout.markdown import parser, typeset
from grader.handout.pictures import Pictures, Reader
from grader.handout.references import link_references, targets_of

LARGEST_TEXT = 500_000  # bytes
LARGEST_FIGURE = 2_000_000


def load_handout(root: Path, path: str, problems: Collection[str]) -> Handout:
    """Return the handout in the file `path` below `root`, with boxes of `problems`.

    Raises OSError and ValueError.
    """
    content = _read(root, root / path, LARGEST_TEXT)
    if content is None:
        raise FileNotFoundError(f"{path}: no file of up to {LARGEST_TEXT} bytes in the assignment's folder")
    folder = (root / path).parent

    def read_figure(name: str) -> bytes | None:
        is_plain = not PurePosixPath(name).is_absolute() and "\0" not in name and "://" not in name
        return _read(root, folder / name, LARGEST_FIGURE) if is_plain else None

    return render_handout(content.decode(), problems, read_figure, PurePosixPath(path).stem)


def render_handout(
    text: str, problems: Collection[str], read_figure: Reader, name: str = "Handout"
) -> Handout:
    """Return the handout that `text` states in Markdown; `name` is its title if it has none."""
    markdown, pictures = parser(), Pictures(read_figure)
    title, tokens = take_title(markdown.parse(text), name)
    headings = anchor_headings(tokens)
    tokens = make_boxes(tokens, problems)
    boxed = {token.meta["problem"] for token in tokens if token.type == STATE}
    link_references(tokens, targets_of(headings, boxed))
    pictures.show_all(tokens)
    faults = [*pictures.faults, *typeset(tokens)]
    pieces = tuple(_pieces(markdown, tokens))
    version = hashlib.sha256(repr((title, pieces)).encode()).hexdigest()  # pieces have hashes of the figures
    return Handout(title, pieces, tuple(headings), pictures.figures, version, tuple(faults))


def _pieces(markdown: MarkdownIt, tokens: Sequence[Token]) -> list[Piece]:
    """Return the HTML, in a piece for each problem's state and one for the rest."""
    made, start = [], 0
    for at, token in enumerate(tokens):
        if token.type == STATE:
            made.append(Piece(_html(markdown, tokens[start:at]), token.meta["problem"]))
            start = at + 1
    return [*made, Piece(_html(markdown, tokens[start:]))]


def _html(markdown: MarkdownIt, tokens: Sequence[Token]) -> str:
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def _read(root: Path, path: Path, largest: int) -> bytes | None:
    """Return the bytes of a file below `root`, links followed; None if there is none, or it is too large."""
    try:
        found = path.resolve()
        is_there = found.is_relative_to(root.resolve()) and found.is_file()
        return found.read_bytes() if is_there and found.stat().st_size <= largest else None
    except (OSError, ValueError, RuntimeError):
        return None
