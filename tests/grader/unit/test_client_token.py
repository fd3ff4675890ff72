"""Where the token of whoever hands in comes from."""

import pytest

from grader.client.token import FILE, find_token
from grader.settings import SettingsError


def never():
    """Fail, as somebody is asked who need not be."""
    raise AssertionError("nobody is to be asked")


def write(home, text, mode):
    """Write the token's file with this mode."""
    file = home / FILE
    file.parent.mkdir(parents=True)
    file.write_text(text)
    file.chmod(mode)


def test_the_environment_goes_before_the_file(tmp_path):
    """The variable wins over any file, and its blanks are no part of it."""
    write(tmp_path, "from the file", 0o600)

    assert find_token({"GRADER_TOKEN": " from the environment\n"}, tmp_path, never) == "from the environment"


def test_a_file_that_only_its_owner_reads(tmp_path):
    """A file with mode 600 is taken; an empty variable does not stand before it."""
    write(tmp_path, "from the file\n", 0o600)

    assert find_token({"GRADER_TOKEN": ""}, tmp_path, never) == "from the file"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_can_read_is_refused(tmp_path, mode):
    """The message names the file and the command that closes it; the token is not told."""
    write(tmp_path, "secret", mode)

    with pytest.raises(SettingsError, match=r"other users can read .*chmod 600 .*token") as refused:
        find_token({}, tmp_path, never)
    assert "secret" not in str(refused.value)


def test_who_has_neither_is_asked(tmp_path):
    """Without variable and file, and with an empty file, the token is asked for."""
    assert find_token({}, tmp_path, lambda: "typed ") == "typed"
    write(tmp_path, "", 0o600)
    assert find_token({}, tmp_path, lambda: "typed") == "typed"
