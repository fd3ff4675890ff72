"""The environment and the ending of a student process, the same in every run and in every runner."""

import signal
from collections.abc import Mapping
from types import MappingProxyType

from grader.sandbox.runner import Allowance, Ending

FIXED: Mapping[str, str] = MappingProxyType(
    {
        "LANG": "C.UTF-8",
        "PATH": "/usr/bin:/bin",
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "1",  # else each thread reserves 64 MiB of the address space that is limited
    }
)


def student_environment(home: str, allowance: Allowance) -> dict[str, str]:
    """Return the environment variables of a student process, none of them from this process."""
    return {**FIXED, "HOME": home, **{name: str(path) for name, path in allowance.folders.items()}}


GONE = Ending("its sandbox was ended from outside", was_killed=True)


def ending_of(status: int | None, memory: int | None = None) -> Ending:
    """Return how a process with that exit status ended; -N is signal N, None means running."""
    if status is None:
        return Ending("it closed its connection to the tests")
    if status >= 0:
        return Ending(f"it ended itself with exit status {status}")
    told = f"it was ended by the signal {_signal_name(-status)}"
    return Ending(told, was_killed=status == -signal.SIGKILL, memory=memory)


def _signal_name(number: int) -> str:
    """Return the name of a signal, or its number if it has none, as most real-time signals."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
