"""How a process ended, in words for the student."""

import signal

EXIT_SECONDS = 2.0  # how long the end of a process whose connection is closed is waited for
STILL_RUNNING = "it closed its connection to the tests"
OUT_OF_MEMORY = "it ran out of memory"


def describe_exit(status: int) -> str:
    """Return the end of a sentence for an exit status, or a negative signal number."""
    if status >= 0:
        return f"it ended itself with exit status {status}"
    return f"it was ended by the signal {_signal_name(-status)}"


def _signal_name(number: int) -> str:
    """Return the name of a signal, or its number if it has none, as most real-time signals."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
