"""Layout: the folder with tests/adapters.py is the project; junk and other files are left out."""

import pytest

from grader.intake import Refused, Rule, read_archive
from tests.grader.support.zips import ADAPTERS, Row, crowd, zipped


def refusal(data):
    """Return why an archive is refused."""
    with pytest.raises(Refused) as caught:
        read_archive(data)
    return caught.value


@pytest.mark.parametrize("top", ["", "hw/", "a/b/c/", "tests/", "hausübung/"])
def test_folders_around(top):
    """The folders around the project are cut."""
    data = zipped(f"{top}{ADAPTERS}", f"{top}smulgrad/engine.py")

    submission = read_archive(data)

    assert list(submission.files) == ["smulgrad/engine.py", ADAPTERS]


def test_package_as_project():
    """A project folder that is a package itself is cut too."""
    data = zipped("x/__init__.py", f"x/{ADAPTERS}", "x/tests/__init__.py")

    submission = read_archive(data)

    assert list(submission.files) == ["__init__.py", "tests/__init__.py", ADAPTERS]


def test_files_outside():
    """Files outside the project are left out with a note."""
    data = zipped(f"hw/{ADAPTERS}", "notes.txt", "hw2/engine.py", "hw.py")

    submission = read_archive(data)

    assert list(submission.files) == [ADAPTERS]
    assert submission.dropped == (
        "hw.py (outside hw/)",
        "hw2/engine.py (outside hw/)",
        "notes.txt (outside hw/)",
    )


def test_mac_junk():
    """The junk of a Mac is left out with a note."""
    rows = [f"__MACOSX/hw/tests/._{name}" for name in ("adapters.py", "x.py")]
    data = zipped(Row("hw/", b""), f"hw/{ADAPTERS}", "hw/.DS_Store", "hw/tests/._adapters.py", *rows)

    submission = read_archive(data)

    assert list(submission.files) == [ADAPTERS]
    assert submission.dropped == ("__MACOSX/", "hw/.DS_Store", "hw/tests/._adapters.py")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "__MACOSX/x",
            ".DS_Store",
            "._x",
            ".venv/x",
            "venv/x",
            "__pycache__/x",
            ".git/x",
            ".pytest_cache/x",
        ),
        *(
            ".mypy_cache/x",
            ".ruff_cache/x",
            ".idea/x",
            ".vscode/x",
            "node_modules/x",
            "x.pyc",
            "x.so",
            "x.pyd",
        ),
        *("x.dylib", "x.egg-info/x", ".env", ".env/x", "src/a/venv/b/x"),
    ],
)
def test_junk_anywhere(name):
    """Junk is left out at any depth."""
    data = zipped(f"hw/{ADAPTERS}", f"hw/{name}", f"hw/src/{name}")

    submission = read_archive(data)

    assert list(submission.files) == [ADAPTERS]
    assert len(submission.dropped) == 2


def test_nearly_junk():
    """Names close to junk are kept."""
    names = [".gitignore", "environment.py", "my.venv/x", "so.py", "venv.py", "x.so/y.py", "x.sol"]
    data = zipped(ADAPTERS, *names)

    submission = read_archive(data)

    assert list(submission.files) == sorted([ADAPTERS, *names])


def test_long_notes():
    """Long lists of omitted files are cut."""
    data = zipped(f"hw/{ADAPTERS}", *crowd(30, "{:02}\u202f.pyc"))

    submission = read_archive(data)

    assert len(submission.dropped) == 20 + 1
    assert submission.dropped[0] == r"00\u202f.pyc"
    assert submission.dropped[-1] == "and 10 more"


def test_no_adapters():
    """An archive without adapters is refused with the places that were looked in."""
    refused = refusal(zipped("hw/engine.py", "hw/src/a.py"))

    assert refused.rule == Rule.NO_ADAPTERS
    assert "no tests/adapters.py in the upload; looked in the root, hw/, hw/src/ (rule: no-adapters)" in str(
        refused
    )
    assert "Zip the project folder" in str(refused)


def test_no_adapters_in_many_folders():
    """An archive without adapters and with many folders is refused in one line."""
    refused = refusal(zipped(*crowd(100, "{:03}/a.py")))

    assert "looked in the root, 000/, 001/, 002/, 003/, and 96 more" in str(refused)


@pytest.mark.parametrize(
    "name", ["adapters.py", "hw/test/adapters.py", "Tests/Adapters.py", "tests/adapters.py/x/adapters.py"]
)
def test_misplaced_adapters(name):
    """Adapters in the wrong place are named."""
    refused = refusal(zipped(name))

    assert refused.rule == Rule.NO_ADAPTERS
    assert f'the nearest is "{name}"' in str(refused)


def test_folders_only():
    """An archive of folders only is refused."""
    refused = refusal(zipped(Row("hw/", b""), Row("hw/tests/", b"")))

    assert refused.rule == Rule.NO_ADAPTERS
    assert "looked in the root, hw/, hw/tests/" in str(refused)


def test_junk_only():
    """An archive of junk only is refused, and the message names the junk."""
    refused = refusal(zipped(f"venv/{ADAPTERS}"))

    assert refused.rule == Rule.NO_ADAPTERS
    assert "all of it is junk, which is left out: venv/" in str(refused)


@pytest.mark.parametrize(("first", "second"), [("hw/", "old/"), ("", "old/"), ("hw/", "hw/old/")])
def test_two_projects(first, second):
    """Two projects are refused with both named."""
    refused = refusal(zipped(first + ADAPTERS, second + ADAPTERS))

    assert refused.rule == Rule.ONE_PROJECT
    assert {refused.entry, first + ADAPTERS, second + ADAPTERS} == {first + ADAPTERS, second + ADAPTERS}
    assert first + ADAPTERS in str(refused)
    assert second + ADAPTERS in str(refused)


def test_second_project_in_junk():
    """A second project among junk does not count."""
    data = zipped(ADAPTERS, f".venv/lib/x/{ADAPTERS}", f"__MACOSX/{ADAPTERS}")

    submission = read_archive(data)

    assert list(submission.files) == [ADAPTERS]
