"""The first bytes of what a process prints: the rest is only counted, so that a flood fills no memory."""

from grader.sandbox.runner import Output


class FirstBytes:
    """Collects printed bytes up to a limit."""

    def __init__(self, keep: int) -> None:
        """Keep up to `keep` bytes."""
        self._keep = keep
        self._kept = bytearray()
        self._dropped = 0

    def add(self, chunk: bytes) -> None:
        """Take what was printed next."""
        room = self._keep - len(self._kept)
        self._kept += chunk[:room]
        self._dropped += max(0, len(chunk) - room)

    def output(self) -> Output:
        """Return what came so far."""
        return Output(bytes(self._kept), self._dropped)
