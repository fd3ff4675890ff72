"""The words of a line that changed: the equal start and end of two lines, and the middle that differs."""

Pieces = tuple[str, str, str]


def mark_words(one: str, other: str) -> tuple[Pieces, Pieces]:
    """Return two lines in three pieces each: the equal head, the middle that differs, the equal tail."""
    head = _equal_words(one, other)
    tail = _equal_words(one[head:][::-1], other[head:][::-1])
    if not (one[:head] + one[len(one) - tail :]).strip():
        return (one, "", ""), (other, "", "")
    return _split(one, head, tail), _split(other, head, tail)


def _split(line: str, head: int, tail: int) -> Pieces:
    end = len(line) - tail
    return line[:head], line[head:end], line[end:]


def _equal_words(one: str, other: str) -> int:
    """Return the length of the common start, up to the end of a word."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    is_within = [0 < count < len(line) and _is_word(line[count - 1 : count + 1]) for line in (one, other)]
    while count and any(is_within) and _is_word(one[count - 1]):
        count -= 1
    return count


def _is_word(text: str) -> bool:
    return text.replace("_", "a").isalnum()
