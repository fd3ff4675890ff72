"""The scratch folder: its content, the files that it leaves to the system, and its refusals."""

import pytest

from grader.boundary.scratch import MOST_BYTES, Scratch

ROOT = "/tmp/home/of/a/submission"  # noqa: S108 - a name; nothing is there


@pytest.fixture
def scratch():
    """Return the scratch folder of an upload with one file."""
    return Scratch(ROOT, {"data/digits.txt": b"42"})


@pytest.mark.parametrize(
    ("path", "knows", "takes"),
    [
        ("data/digits.txt", True, True),
        ("missing", True, True),
        ("../other", False, False),
        (f"{ROOT}-other/file", False, False),
        ("/tmp/home/of/a/file", False, False),  # noqa: S108
        ("/tmp/new", False, True),  # noqa: S108
        ("/tmp", True, True),  # noqa: S108
    ],
)
def test_only_its_own_places_are_answered_here(scratch, path, knows, takes):
    """Of the temporary folders it has written files; the folders above its own are the system's."""
    place = scratch.place(path)

    assert (scratch.knows(place), scratch.takes(place)) == (knows, takes)


@pytest.mark.parametrize("path", ["/", "/etc/passwd", "/proc/self/status", 3, None, object()])
def test_other_places_are_the_systems(scratch, path):
    """It keeps no file of another place, and nothing that is no path."""
    assert scratch.place(path) is None


def test_the_files_of_the_upload_do_not_fill_it(scratch):
    """Written bytes count, in all, and removed ones do not."""
    for _ in range(3):
        scratch.write(f"{ROOT}/a", bytes(MOST_BYTES // 2))
        scratch.write(f"{ROOT}/b", bytes(MOST_BYTES // 2))
        scratch.remove(f"{ROOT}/a")
    scratch.write(f"{ROOT}/a", bytes(MOST_BYTES // 2))

    with pytest.raises(OSError, match="is full"):
        scratch.write(f"{ROOT}/c", b"1")


def test_a_file_in_a_folder_that_is_not_there_is_refused(scratch):
    """Folders are made first, as on a disk."""
    with pytest.raises(FileNotFoundError):
        scratch.write(f"{ROOT}/out/a", b"")
    scratch.make_folder(f"{ROOT}/out")
    scratch.write(f"{ROOT}/out/a", b"")

    assert scratch.names(ROOT) == ["data", "out"]
