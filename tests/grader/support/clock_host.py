"""A host without a real clock: tests set its time and the usage of its process."""

from dataclasses import dataclass


@dataclass
class Host:
    """A host in which one process runs, whose usage is `usage`."""

    time: float = 0.0
    processor: float = 0.0
    waited: float | None = 0.0
    own_waits: float = 0.0
    tells: bool = True
    looks: int = 0

    def usage(self):
        """Return a look at the process."""
        self.looks += 1
        return Reading(self.processor, self.waited) if self.tells else None

    def passes(self, seconds, processor=0.0, waited=0.0, own_waits=0.0):
        """Let time pass, in which the process computes and waits, and the trusted end waits."""
        self.time += seconds
        self.own_waits += own_waits
        self.processor += processor
        if self.waited is not None:
            self.waited += waited


@dataclass(frozen=True)
class Reading:
    """The result of a look."""

    processor: float
    waited: float | None
