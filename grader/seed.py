"""The seed of a grading run: the same for the same bytes, and as secret as the secret file."""

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from string import hexdigits

SECRET_FILE = "seed-secret"  # noqa: S105 - a file's name
SECRET_BYTES = 32
SEED_BYTES = 8
ID_CHARACTERS = 12


def derive_seed(secret: bytes, sha256: str) -> int:
    """Return the seed for the submission with that hash."""
    return int.from_bytes(hmac.digest(secret, sha256.encode(), "sha256")[:SEED_BYTES], "big")


def seed_id(seed: int) -> str:
    """Return an id for `seed` that a report can show without revealing the seed."""
    return hashlib.sha256(f"seed:{seed}".encode()).hexdigest()[:ID_CHARACTERS]


def read_secret(folder: Path) -> bytes:
    """Return the secret in `folder`; the first use makes it, readable by its owner only."""
    path = folder / SECRET_FILE
    if not path.exists():
        with contextlib.suppress(FileExistsError):
            keep_secret(folder, secrets.token_bytes(SECRET_BYTES))
    text = path.read_text(errors="replace")
    secret = bytes.fromhex(text) if set(text) <= set(hexdigits) and len(text) % 2 == 0 else b""
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"{path} does not hold {SECRET_BYTES} bytes in hexadecimal; restore it or delete it")
    return secret


def keep_secret(folder: Path, secret: bytes) -> None:
    """Keep `secret` in `folder`, whole or not at all. Raises FileExistsError when there is another one."""
    folder.mkdir(parents=True, exist_ok=True)
    path, part = folder / SECRET_FILE, folder / f"{SECRET_FILE}.{secrets.token_hex(4)}"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secret.hex())
        path.hardlink_to(part)  # unlike a rename it never replaces what is there
    except FileExistsError:
        if path.read_text() != secret.hex():
            raise FileExistsError(f"{path} holds another secret; move it away first") from None
    finally:
        part.unlink()
