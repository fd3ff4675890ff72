"""A file of a submission as lines of text, counted as Python counts them."""

from grader.core.text import clean

LINE_CHARACTERS = 500  # of a line that is shown


def count_lines(content: bytes) -> int:
    """Return the number of lines; one at least."""
    return 1 + content.count(b"\n") + content.count(b"\r") - content.count(b"\r\n")


def source_lines(content: bytes, characters: int = LINE_CHARACTERS) -> list[str]:
    """Return the lines as text that is safe to show, each cut to `characters`."""
    text = content.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    return [clean(line, characters) for line in text.split("\n")]
