"""Keys: what somebody shows to be let in. A public half finds a row, a secret half proves the right.

Of the secret half only the SHA-256 is kept, and it is compared in constant time. It has 256 random bits, so
that a plain hash of it cannot be searched.
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
        """What is kept of the secret."""
        return hashlib.sha256(self.secret.encode(errors="replace")).hexdigest()

    def opens(self, secret_sha256: str | None) -> bool:
        """Tell whether its secret is the one of that hash; it takes as long where there is none."""
        right = hmac.compare_digest(self.secret_sha256, secret_sha256 or NOBODY)
        return right and secret_sha256 is not None


def new_key() -> Key:
    """Return a key that nobody has or had."""
    return Key(secrets.token_hex(PUBLIC_BYTES), secrets.token_urlsafe(SECRET_BYTES))


def read_key(text: str) -> Key:
    """Return the key that somebody shows; what is none has an empty public half, which finds nothing."""
    public, _, secret = text.partition(".")
    return Key(public if PUBLIC_HALF.fullmatch(public) else "", secret)
