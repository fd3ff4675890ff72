"""The errors of the boundary: a submission gave no answer.

SubmissionError
├── Raised      its code raised an exception; its process goes on
│   └── Unwritten   the function is missing, or raises NotImplementedError as in the template
├── Lost        its process is gone or of no use any more; a fresh one takes the next test
│   ├── Died        it ended by itself: exit, signal, out of memory
│   ├── TimedOut    it took longer than it may
│   ├── TooMuch     it sent more in one test than it may
│   ├── Breach      it broke the protocol
│   └── Disturbed   something outside ended or stopped it: the test runs again in a fresh process
│       └── Starved     the host did not let it run
├── Unloadable  its adapters cannot be imported: no test can run
└── RunOver     the run, or its present stage, goes no further
"""


class SubmissionError(Exception):
    """The submission cannot pass this test; `traceback` has the student's own frames, or is empty."""

    def __init__(self, message: str, traceback: str = "") -> None:
        super().__init__(message)
        self.traceback = traceback


class Raised(SubmissionError):  # noqa: N818 - the name is the event
    """The submission's code raised an exception."""


class Unwritten(Raised):
    """The submission lacks the code for a request; a test may ask for `is_unwritten`."""

    is_unwritten = True


class Lost(SubmissionError):  # noqa: N818
    """The process that held the submission cannot be used any more."""


class Died(Lost):
    """The process ended by itself."""


class TimedOut(Lost):
    """The process did not answer in time and was killed; a test may ask for `timed_out`."""

    timed_out = True


class Breach(Lost):
    """The process sent a message that the protocol does not allow; it was killed."""


class TooMuch(Lost):
    """The process sent more bytes in one test than it may; it was killed."""


class Disturbed(Lost):
    """Something outside ended or stopped the process; the submission loses nothing by that."""


class Starved(Disturbed):
    """The host was too busy to let the process run."""


class Unloadable(SubmissionError):  # noqa: N818
    """The submission's adapters cannot be imported."""


class RunOver(SubmissionError):  # noqa: N818
    """The run's time is spent, or too many tests have timed out; this test and the following do not run."""
