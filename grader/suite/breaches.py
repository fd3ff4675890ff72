"""Breaches of the protocol, as notes for staff: each kind once, with how often it came, and few kinds."""

from collections import Counter

MAX_KINDS = 10


class Breaches:
    """Counts the breaches of one run. Some of the words are the submission's, so it keeps few kinds."""

    def __init__(self) -> None:
        """Count from zero."""
        self._counts: Counter[str] = Counter()

    def add(self, breach: str) -> None:
        """Count one breach, a verb phrase: its note reads "The submission" and then `breach`."""
        known = breach in self._counts or len(self._counts) < MAX_KINDS
        self._counts[breach if known else "broke the protocol in more ways"] += 1

    def notes(self) -> list[str]:
        """Return a sentence for each kind."""
        return [
            f"The submission {breach}{f' ({count} times)' if count > 1 else ''}."
            for breach, count in self._counts.items()
        ]
