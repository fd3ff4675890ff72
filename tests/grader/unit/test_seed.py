"""Seeds and the secret that they come from."""

import pytest

from grader.seed import derive_seed, read_secret, seed_id


def test_the_same_bytes_get_the_same_seed():
    """A seed depends on the secret and on the submission's hash, and on nothing else."""
    assert derive_seed(b"s" * 32, "ab") == derive_seed(b"s" * 32, "ab")
    assert derive_seed(b"s" * 32, "ab") != derive_seed(b"s" * 32, "ac")
    assert derive_seed(b"s" * 32, "ab") != derive_seed(b"t" * 32, "ab")


def test_the_id_does_not_show_the_seed():
    """The id in a report is not the seed."""
    assert str(derive_seed(b"s" * 32, "ab")) not in seed_id(derive_seed(b"s" * 32, "ab"))


def test_the_secret_is_made_once_for_its_owner_only(tmp_path):
    """The secret is made at the first use, kept, and readable by nobody else."""
    first = read_secret(tmp_path / "data")

    assert read_secret(tmp_path / "data") == first
    assert (tmp_path / "data" / "seed-secret").stat().st_mode & 0o777 == 0o600


def test_a_damaged_secret_is_an_error(tmp_path):
    """A damaged secret is not replaced by another in silence."""
    (tmp_path / "seed-secret").write_text("abcd")

    with pytest.raises(ValueError, match="seed-secret does not hold 32 bytes"):
        read_secret(tmp_path)
