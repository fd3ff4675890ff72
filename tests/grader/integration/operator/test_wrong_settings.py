"""Settings that are wrong: one sentence each, and exit status 2."""

import pytest

from tests.grader.support.operator import assert_one_sentence

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (
            "postgresql://grader:hunter2@127.0.0.1:1/grader",
            ("does not answer", "DATABASE_URL=postgresql://grader:***@"),
        ),
        ("postgresql://grader:hunter2@no-such-host.invalid/grader", ("does not answer", "correct the host")),
        ("mysql://grader:hunter2@localhost/grader", ("DATABASE_URL", "it must begin with")),
        ("sqlite:////proc/nothing/grader.db", ("/proc/nothing",)),
        ("sqlite:///:memory:", ("must be a file",)),
    ],
)
def test_a_wrong_database_url(operator, url, words):
    """The error names the variable and its fault, and never shows its password."""
    done = operator.run("audit", DATABASE_URL=url)

    assert_one_sentence(done, *words)
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize("command", [("audit",), ("serve", "--no-worker")], ids=" ".join)
def test_a_wrong_secret(operator, command):
    """A file that holds no secret of the seeds is named."""
    operator.store()
    (operator.data / "seed-secret").write_bytes(b"\xff\xfe nonsense")

    done = operator.run(*("backup", operator.folder / "b.zip") if command == ("audit",) else command)

    assert_one_sentence(done, "seed-secret", "restore it or delete it")


def test_a_data_folder_that_is_a_file(operator):
    """The error names a file that stands where the data folder should be."""
    operator.data.write_text("a file")

    assert_one_sentence(operator.run("audit"), str(operator.data), "no folder", "choose another place")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GRADER_CONNECTIONS", "many"),
        ("GRADER_HEAD_SECONDS", "0"),
        ("GRADER_PUBLIC_URL", "grader.example.edu"),
        ("GRADER_HOST", "no-such-host.invalid"),
        ("GRADER_SECRET", "short"),
    ],
)
def test_a_wrong_setting(operator, variable, value):
    """The variable is named, and its value unless it is a secret."""
    done = operator.run("serve", "--no-worker", **{variable: value})

    assert_one_sentence(done, variable, *([value] if variable != "GRADER_SECRET" else []))
    assert not operator.data.exists()
