"""What a submission can do instead of answering.

SubmissionError
├── Raised      its code raised an exception; its process goes on
├── Lost        its process is gone or of no use any more; a fresh one takes the next test
│   ├── Died        it ended by itself: exit, signal, out of memory
│   ├── TimedOut    it took longer than it may
│   ├── Starved     the host did not let it run: the grader's failure
│   └── Breach      it broke the protocol
├── Unloadable  its adapters cannot be imported: no test can run
└── RunOver     the time for the whole run is spent
"""


class SubmissionError(Exception):
    """A test cannot be passed because of what the submission did; `traceback` is the student's own, or ""."""

    def __init__(self, message: str, traceback: str = "") -> None:
        super().__init__(message)
        self.traceback = traceback


class Raised(SubmissionError):  # noqa: N818 - these names say what happened
    """The submission's code raised an exception."""


class Lost(SubmissionError):  # noqa: N818
    """The process that held the submission cannot be used any more."""


class Died(Lost):
    """The process ended by itself."""


class TimedOut(Lost):
    """The process did not answer in time and was killed."""


class Starved(Lost):
    """The host was too busy to let the process run; the submission loses nothing by that."""


class Breach(Lost):
    """What the process sent is not what the protocol allows; it was killed."""


class Unloadable(SubmissionError):  # noqa: N818
    """The submission's adapters cannot be imported."""


class RunOver(SubmissionError):  # noqa: N818
    """The whole run's time is spent; this test and the following ones did not run."""
