"""Keys: the secrets behind tokens, links and cookies.

The public half of a key finds a row, the secret half proves the right.

The store keeps only the SHA-256 of the secret half, and compares it in constant time. The secret half has 256
random bits, so a plain hash of it cannot be searched.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

PUBLIC_BYTES = 6
SECRET_BYTES = 32
PUBLIC_HALF = re.compile(r"[0-9a-f]{12}")
NOBODY = hashlib.sha256(secrets.token_bytes()).hexdigest()


@dataclass(frozen=True)
class Key:
    """Both halves, as its owner holds them."""

    public: str
    secret: str

    def __str__(self) -> str:
        return f"{self.public}.{self.secret}"

    @property
    def secret_sha256(self) -> str:
        """The hash of the secret half."""
        return hashlib.sha256(self.secret.encode(errors="replace")).hexdigest()

    def opens(self, secret_sha256: str | None) -> bool:
        """Return whether its secret half has that hash; a missing hash takes as long."""
        right = hmac.compare_digest(self.secret_sha256, secret_sha256 or NOBODY)
        return right and secret_sha256 is not None


def new_key() -> Key:
    """Return a new random key."""
    return Key(secrets.token_hex(PUBLIC_BYTES), secrets.token_urlsafe(SECRET_BYTES))


def read_key(text: str) -> Key:
    """Return the key in a text; a text that is no key gives an empty public half, which finds no row."""
    public, _, secret = text.partition(".")
    return Key(public if PUBLIC_HALF.fullmatch(public) else "", secret)
