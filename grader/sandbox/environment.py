"""What every student process is started with, in whatever runner: its module and its environment."""

STUDENT_END = "grader.boundary.student"


def student_environment(home: str) -> dict[str, str]:
    """Return the environment of a student process: nothing of this one's, and the same in every run."""
    return {
        "HOME": home,
        "LANG": "C.UTF-8",
        "PATH": "/usr/bin:/bin",
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
