"""The diff of two versions of a project: its hunks, its bounds, and text that is safe to show."""

import time

import pytest

from grader.core.code_diff import (
    BINARY,
    EMPTY,
    FILE_BYTES,
    LINE_CHARACTERS,
    NO_ROOM,
    ONLY_ENDS,
    SHOWN_FILES,
    SHOWN_LINES,
    STEPS,
    TOO_LARGE,
    diff_code,
)
from grader.core.line_matches import Budget, find_matches

RIGHT_TO_LEFT = "\N{RIGHT-TO-LEFT OVERRIDE}"
ENGINE = "class Tensor:\n    def tanh(self):\n        t = math.tanh(self.data)\n        return t\n"


def diff(before, after, name="engine.py"):
    """Return the diff of one file that has these texts."""
    [found] = diff_code({name: encoded(before)}, {name: encoded(after)}).files
    return found


def encoded(text):
    """Return text as bytes; bytes stay."""
    return text if isinstance(text, bytes) else text.encode()


def lines(found):
    """Return the lines of a diff: sign, both numbers, text."""
    shown = [line for hunk in found.hunks for line in hunk.lines]
    signs = ["-" if line.before and not line.after else line.sign for line in shown]
    return [
        (sign, line.before, line.after, line.head + line.marked + line.tail)
        for sign, line in zip(signs, shown, strict=True)
    ]


def test_a_changed_line_is_shown_before_and_after():
    """A hunk has the old line, the new one and equal ones around them, each with its numbers."""
    found = diff(ENGINE, ENGINE.replace("math.tanh", "np.tanh"))

    assert lines(found) == [
        ("", 1, 1, "class Tensor:"),
        ("", 2, 2, "    def tanh(self):"),
        ("-", 3, 0, "        t = math.tanh(self.data)"),
        ("+", 0, 3, "        t = np.tanh(self.data)"),
        ("", 4, 4, "        return t"),
    ]
    assert (found.added, found.removed, found.hunks[0].scope) == (1, 1, "Tensor.tanh")


def test_the_middle_that_changed_is_marked():
    """Of a line with a counterpart only the words that differ are marked, never half a word."""
    [hunk] = diff(ENGINE, ENGINE.replace("math.tanh", "matrix.tanh")).hunks

    marked = [line.marked for line in hunk.lines if line.sign]

    assert marked == ["math", "matrix"]


def test_changes_that_are_far_apart_are_two_hunks():
    """Equal lines between two changes are left out, and the numbers go on behind them."""
    before = [f"x{number} = 0" for number in range(40)]
    after = ["new = 1", *before[:30], "x30 = 1", *before[31:]]

    one, other = diff("\n".join(before), "\n".join(after)).hunks

    assert [line.sign for line in one.lines] == ["+", "", "", ""]
    assert (other.first, other.lines[3].before, other.lines[4].after) == (29, 31, 32)


def test_files_that_came_went_and_stayed():
    """New and removed files are shown as such, Python first, and equal ones are only named."""
    before = {"a.txt": b"1", "old.py": b"x", "same.py": b"y"}
    after = {"a.txt": b"2", "new.py": b"x", "same.py": b"y"}

    found = diff_code(before, after)

    assert [(each.name, each.kind) for each in found.files] == [
        ("new.py", "new"),
        ("old.py", "removed"),
        ("a.txt", "changed"),
    ]
    assert found.same == ["same.py"]
    assert found.changed == 4


@pytest.mark.parametrize(
    ("before", "after", "note"),
    [
        (b"\0\1", b"\0\2", BINARY),
        (b"x = 1\n", b"\xff\xfe", BINARY),
        ("x\n", "x\n" * FILE_BYTES, TOO_LARGE),
        ("a\nb\n", "a\r\nb\r\n", ONLY_ENDS),
        ("x", "\N{ZERO WIDTH NO-BREAK SPACE}x", ONLY_ENDS),
        ("x\n" * 2_000 + "y\n" * 2_000, "z\n", NO_ROOM),
    ],
)
def test_what_is_not_compared_by_lines(before, after, note):
    """A file whose lines say nothing, or are too many, has a note in their place."""
    found = diff(before, after)

    assert (found.note, list(found.hunks)) == (note, [])


def test_an_empty_file_that_came():
    """A new file without lines says so."""
    assert diff_code({}, {"tests/__init__.py": b""}).files[0].note == EMPTY


def test_text_is_safe_to_show():
    """Controls, bidi marks and terminal escapes are replaced, in names too, and long ones are cut."""
    name = f"{RIGHT_TO_LEFT}<b>{'n' * 500}.py"

    found = diff("x\n", f"y{RIGHT_TO_LEFT}\x1b[31m\x00".replace("\x00", "\x07") + "z" * 9_999, name)

    shown = found.name + "".join(line.head + line.marked + line.tail for line in found.hunks[0].lines)
    assert shown.isprintable()
    assert len(shown) < 3 * LINE_CHARACTERS
    assert found.path == name


def test_lines_that_differ_behind_the_cut():
    """Two long lines with an equal start are still a change."""
    assert diff("x" * 5_000 + "1", "x" * 5_000 + "2").added == 1


def test_ten_thousand_files():
    """Some files are listed, and the others counted."""
    before = {f"{number}.py": b"x" for number in range(10_000)}

    found = diff_code(before, dict.fromkeys(before, b"y") | {"0.py": b"x"})

    assert (len(found.files), found.more_files) == (SHOWN_FILES, 9_999 - SHOWN_FILES)
    assert sum(len(hunk.lines) for each in found.files for hunk in each.hunks) <= SHOWN_LINES


HOSTILE = {
    "two kinds of lines": (["a", "b"] * 2_900, ["b", "a", "a"] * 1_900),
    "many of each": ([str(n % 70) for n in range(5_900)], [str(n * 3 % 70) for n in range(5_900)]),
    "mirrored": ([str(n) for n in range(5_900)], [str(n) for n in reversed(range(5_900))]),
    "blank": (["", " "] * 2_900, [" ", "", ""] * 1_900),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_stay_within_the_budget(name):
    """Texts that would keep difflib busy for minutes end early, and what was found is right."""
    before, after = HOSTILE[name]
    begun = time.process_time()

    blocks = find_matches(before, after, Budget(STEPS))

    assert time.process_time() - begun < 60  # without the budget it is far more, on any machine
    assert all(before[a : a + size] == after[b : b + size] for a, b, size in blocks)
    assert blocks == sorted(blocks)
    assert blocks[-1] == (len(before), len(after), 0)


def test_a_spent_budget_leaves_the_middle_as_a_change():
    """Without any step, equal lines at both ends are found, and the rest counts as different."""
    blocks = find_matches(["a", "b", "c", "d"], ["a", "x", "b", "y", "d"], Budget(0))

    assert blocks == [(0, 0, 1), (3, 4, 1), (4, 5, 0)]


def test_files_share_one_budget():
    """A hundred hostile files together stay within the steps of one comparison."""
    before, after = ("\n".join(text) for text in HOSTILE["many of each"])
    many = {f"{number}.py" for number in range(100)}
    begun = time.process_time()

    found = diff_code(dict.fromkeys(many, before.encode()), dict.fromkeys(many, after.encode()))

    assert time.process_time() - begun < 60
    assert len(found.files) == len(many)
