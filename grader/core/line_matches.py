"""The lines that two texts share, found by difflib within a fixed budget of steps.

difflib alone takes hours for texts that were made for that. The budget counts its steps before they are
taken, so the answer depends on the texts only, never on the host.
"""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate

Match = tuple[int, int, int]  # the place in the first text, the place in the second, the number of lines
Range = tuple[int, int, int, int]  # the lines of the first text, then those of the second


class Budget:
    """Steps that are left; several comparisons may share them."""

    def __init__(self, steps: int) -> None:
        """Allow `steps`."""
        self._left = steps

    def spend(self, steps: int) -> bool:
        """Take `steps` if so many are left; return whether they were."""
        if steps > self._left:
            return False
        self._left -= steps
        return True


def find_matches(before: Sequence[str], after: Sequence[str], budget: Budget) -> list[Match]:
    """Return the blocks of equal lines, in order, the last one empty, at the ends of both texts.

    When the budget is spent, the lines between the blocks found so far count as different.
    """
    start = _count_equal(zip(before, after, strict=False))
    end = _count_equal(zip(reversed(before[start:]), reversed(after[start:]), strict=False))
    first, second = before[start : len(before) - end], after[start : len(after) - end]
    found = [(start + a, start + b, size) for a, b, size in _between(first, second, budget)]
    tail = (len(before) - end, len(after) - end, end)
    blocks = [(0, 0, start), *sorted(found), tail]
    return [*(block for block in blocks if block[2]), (len(before), len(after), 0)]


def _count_equal(pairs: Iterator[tuple[str, str]]) -> int:
    """Return how many pairs are equal before the first that is not."""
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


def _between(before: Sequence[str], after: Sequence[str], budget: Budget) -> Iterator[Match]:
    """Yield blocks of equal lines, the longest of each range first; blank lines begin none."""
    if not budget.spend(len(before) + len(after)):
        return
    matcher = SequenceMatcher(_is_blank, before, after, autojunk=False)
    places = Counter(line for line in after if not _is_blank(line))
    steps = [0, *accumulate(1 + places[line] for line in before)]
    ranges: deque[Range] = deque([(0, len(before), 0, len(after))])
    while ranges:
        a, a_end, b, b_end = ranges.popleft()
        if a == a_end or b == b_end or not budget.spend(steps[a_end] - steps[a]):
            continue
        match = matcher.find_longest_match(a, a_end, b, b_end)
        if match.size:
            yield match.a, match.b, match.size
            ranges.append((a, match.a, b, match.b))
            ranges.append((match.a + match.size, a_end, match.b + match.size, b_end))


def _is_blank(line: str) -> bool:
    return not line.strip()
