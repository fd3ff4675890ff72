"""Chooses the media type of an answer by the Accept header of the request."""

from collections.abc import Sequence


def choose_media_type(accept: str, offered: Sequence[str]) -> str | None:
    """Return the media type of `offered` that `accept` prefers; None if it allows none."""
    likes = [_like(part) for part in accept.split(",")] if accept.strip() else [("*/*", 1.0)]
    weighted = [
        (max((q for pattern, q in likes if _matches(pattern, each)), default=0.0), each) for each in offered
    ]
    best = max(weighted, key=lambda pair: pair[0])
    return best[1] if best[0] > 0 else None


def _like(part: str) -> tuple[str, float]:
    pattern, *parameters = (piece.strip().lower() for piece in part.split(";"))
    weights = [piece.removeprefix("q=") for piece in parameters if piece.startswith("q=")]
    try:
        return pattern, float(weights[0]) if weights else 1.0
    except ValueError:
        return pattern, 0.0


def _matches(pattern: str, offered: str) -> bool:
    kind, _, subtype = pattern.partition("/")
    offered_kind, _, offered_subtype = offered.partition("/")
    return kind in {"*", offered_kind} and subtype in {"*", offered_subtype}
