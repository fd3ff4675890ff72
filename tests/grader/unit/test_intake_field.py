"""Archives as people in courses make them: all of these must be graded."""

import struct
import zlib

import pytest

from grader.intake import Refused, Rule, read_archive
from grader.intake.junk import Junk
from tests.grader.support.zips import ADAPTERS, STORED, UTF8, Row, crowd, project, zipped

MIB = 1024 * 1024


def refusal(data):
    """Return why an archive is refused."""
    with pytest.raises(Refused) as caught:
        read_archive(data)
    return caught.value


@pytest.mark.parametrize(
    "names",
    [
        ["hw\\tests\\adapters.py", "hw\\smulgrad\\engine.py"],
        ["hw/tests/adapters.py", "hw\\smulgrad/engine.py"],
        [".\\hw\\tests\\adapters.py", "./hw/smulgrad/engine.py"],
        ["./tests/adapters.py", "./smulgrad/engine.py"],
        ["./././tests//adapters.py", "smulgrad/./engine.py"],
    ],
    ids=["backslashes", "mixed", "dots and backslashes", "dots", "empty parts"],
)
def test_each_spelling_of_a_path_is_read(names):
    """Backslashes part folders, and '.' and empty parts say nothing."""
    data = zipped(*[Row(name) for name in names])

    assert list(read_archive(data).files) == ["smulgrad/engine.py", ADAPTERS]


@pytest.mark.parametrize("folder", ["./", ".\\", "hw\\", "hw\\tests\\", "./hw/"])
def test_a_folder_in_each_spelling_is_a_folder(folder):
    """An entry for a folder may end in a backslash, or be the root."""
    data = zipped(Row(folder, b"", method=STORED), f"hw/{ADAPTERS}")

    assert list(read_archive(data).files) == [ADAPTERS]


@pytest.mark.parametrize("other", ["./a.py", ".\\a.py", "a.py"])
def test_two_spellings_of_one_path_clash(other):
    """Two entries that become one file are refused."""
    assert refusal(project("a.py", other)).rule == Rule.NO_CLASH


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Lösung Müller".encode("cp437"), "Lösung Müller"),
        ("Lösung Müller".encode("cp850"), "Lösung Müller"),
        ("ñandú".encode("cp437"), "ñandú"),
        (b"\xcb\xee\xe1\xe0", "╦εßα"),
        ("表".encode("cp932"), "ò/"),
        (b"\xff\xfe\x80", "\xa0■Ç"),
    ],
)
def test_a_top_folder_in_a_code_page_is_graded(raw, shown):
    """A name without the UTF-8 flag that is no UTF-8 is read in the code page of the format."""
    data = zipped(Row(raw + b"/tests/adapters.py", flags=0), Row(b"notes.txt"))

    submission = read_archive(data)

    assert list(submission.files) == [ADAPTERS]
    top = shown.rstrip("/").replace("\xa0", r"\xa0")
    assert submission.dropped == (f"notes.txt (outside {top}/)",)


def unicode_field(name, raw):
    """Return the extra field in which a program spells a name in UTF-8."""
    text = name.encode()
    return struct.pack("<HHBL", 0x7075, 5 + len(text), 1, zlib.crc32(raw)) + text


@pytest.mark.parametrize("code_page", ["cp437", "cp850", "cp1252"])
def test_a_name_that_is_spelled_twice_is_read_as_utf8(code_page):
    """WinRAR and Info-ZIP write a name in a code page, and the same name in UTF-8 beside it."""
    raw = "größe.md".encode(code_page)
    field = unicode_field("größe.md", raw)

    submission = read_archive(project(Row(raw, flags=0, extra=field, local_extra=field)))

    assert "größe.md" in submission.files


def test_a_second_name_in_its_own_header_only_is_refused():
    """A program that reads from the first byte on would see another name."""
    raw = "größe.md".encode("cp1252")

    refused = refusal(project(Row(raw, flags=0, local_extra=unicode_field("größe.md", raw))))

    assert refused.rule == Rule.HEADERS_AGREE


ENVIRONMENTS = {
    "env": ["env/pyvenv.cfg", "env/bin/activate", "env/lib/python3.12/site-packages/x/y.py"],
    "any name": ["my stuff/pyvenv.cfg", "my stuff/Scripts/activate.bat"],
    "without its mark": ["py311/lib/python3.11/site-packages/x.py", "py311/bin/activate"],
    "Windows": ["ENV/Lib/site-packages/pip/x.py", "ENV/Scripts/pip.exe"],
    "deep": ["code/env/pyvenv.cfg", "code/env/lib/python3.12/site-packages/tests/adapters.py"],
    "packages alone": ["deps/site-packages/numpy/a.py", "deps/site-packages/tests/adapters.py"],
}


@pytest.mark.parametrize("names", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_a_virtual_environment_is_junk_under_every_name(names):
    """The files of a virtual environment are left out in one line, and its links are no reason to refuse."""
    library = names[-1].rpartition("/")[0]
    data = zipped(f"hw/{ADAPTERS}", *[f"hw/{name}" for name in names], *crowd(600, f"hw/{library}/m{{}}.py"))

    submission = read_archive(data)

    assert list(submission.files) == [ADAPTERS]
    assert len(submission.dropped) == 1


def test_the_outermost_of_many_environments_is_named():
    """Environments in environments are left out by the first folder, however many an upload lists."""
    inner = [f"a/b{number}/pyvenv.cfg" for number in range(5_000)]
    beside = [f"c{number}/pyvenv.cfg" for number in range(15_000)]

    junk = Junk(["a/pyvenv.cfg", *inner, *beside, "tests/adapters.py"])

    assert {junk.root(path, is_folder=False) for path in inner} == {"a/"}
    assert [junk.root(path, is_folder=False) for path in beside] == [f"c{n}/" for n in range(15_000)]


def test_an_environment_around_the_project_leaves_the_project():
    """`python -m venv .` puts an environment into the project's own folder, whose files still count."""
    own = ["pyvenv.cfg", "bin/activate", "lib/python3.11/site-packages/x.py", "lib/mine.py", "smulgrad/a.py"]
    data = zipped(f"hw/{ADAPTERS}", *[f"hw/{name}" for name in own])

    submission = read_archive(data)

    assert list(submission.files) == ["lib/mine.py", "smulgrad/a.py", ADAPTERS]


@pytest.mark.parametrize(
    ("names", "folder"),
    [
        ("hw/env/m{}.py", "hw/env/"),
        ("hw/smulgrad/data/{}.txt", "hw/smulgrad/data/"),
        ("hw/a{}/b.py", "hw/"),
    ],
)
def test_too_many_files_name_the_fullest_folder(names, folder):
    """The refusal says where most of the files are."""
    refused = refusal(zipped(f"hw/{ADAPTERS}", *crowd(600, names)))

    assert refused.rule == Rule.FILE_COUNT
    assert ("of them are in " + folder in str(refused)) == ("{}/" not in names)


@pytest.mark.parametrize("folder", [".history", ".vs", ".cursor", ".ipynb_checkpoints", ".backup/old"])
def test_a_hidden_folder_is_junk(folder):
    """An editor's copy of the adapters is no second project."""
    data = zipped(f"hw/{ADAPTERS}", f"hw/{folder}/{ADAPTERS}", f"{folder}/{ADAPTERS}")

    assert list(read_archive(data).files) == [ADAPTERS]


def test_a_picture_that_is_too_large_is_left_out():
    """A file that is no module costs nothing but itself."""
    picture = Row("demo_out/circles.png", bytes(range(256)) * 4800, method=STORED)
    weights = Row("weights.npz", b"1" * 1000, method=STORED)

    submission = read_archive(project(picture, weights))

    assert list(submission.files) == [ADAPTERS, "weights.npz"]
    assert submission.dropped[0].startswith("demo_out/circles.png (1,228,800 bytes, and no module")


def test_a_tight_file_that_is_no_module_is_left_out_unread():
    """A bomb that is no module is never unpacked."""
    bomb = Row("zeros.npy", bytes(1_000_000), crc=1)

    submission = read_archive(project(bomb))

    assert submission.dropped == ("zeros.npy (packed too tightly, and no module)",)


def test_files_that_are_too_many_bytes_together_go_from_the_largest():
    """Files that are no modules leave until the project has room, modules stay."""
    pictures = [Row(f"out/{n}.png", bytes(MIB - n), method=STORED) for n in range(20)]
    data = project(*pictures, Row("a.py", b"1"))

    submission = read_archive(data)

    assert {"a.py", ADAPTERS, "out/19.png"} < set(submission.files)
    assert "out/0.png" not in submission.files
    assert sum(map(len, submission.files.values())) <= 16 * MIB


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["hw/tests/adapters.py.txt"], 'the nearest is "hw/tests/adapters.py.txt": its name must be'),
        (["hw/tests/adapters (1).py", "hw/a.py"], 'the nearest is "hw/tests/adapters (1).py"'),
        (["hw/adapter.py", "hw/engine.py"], 'the nearest is "hw/adapter.py"'),
        (["hw/adapters.py", "hw/engine.py"], 'the nearest is "hw/adapters.py": its path must end in'),
        (["hw.zip"], 'it holds the archive "hw.zip": unpack that one'),
        (["hw/project.tar.gz", "hw/notes.txt"], 'it holds the archive "hw/project.tar.gz"'),
        (["engine.py"], 'its only module is "engine.py": hand in the whole project folder'),
    ],
)
def test_the_nearest_candidate_is_named(names, words):
    """An upload without adapters is refused with the file that comes nearest."""
    refused = refusal(zipped(*names))

    assert refused.rule == Rule.NO_ADAPTERS
    assert words in str(refused)


def test_a_module_instead_of_an_archive_is_called_text():
    """An upload of one module says that it is text."""
    refused = refusal(b"class Value:\n\tpass\r\n")

    assert "not a zip archive, but text, such as a single module" in str(refused)


@pytest.mark.parametrize(
    ("mark", "kind"), [(b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"), (b"Rar!\x1a\x07\x01\x00", "a RAR archive")]
)
def test_other_archives_are_refused_by_their_name(mark, kind):
    """The kinds that nobody reads here are named."""
    assert f"the upload is {kind}" in str(refusal(mark + bytes(99)))


def test_a_marked_name_stays_utf8():
    """A name that is marked as UTF-8 is never read in a code page."""
    assert refusal(project(Row(b"\x94.py", flags=UTF8))).rule == Rule.UTF8_NAMES
