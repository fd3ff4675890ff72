"""The fingerprint of a worker: the suite, data and versions behind its verdicts, and how two differ."""

from collections.abc import Iterator
from dataclasses import dataclass

SHOWN_DIGITS = 8


@dataclass(frozen=True)
class Fingerprint:
    """The SHA-256 of suite, rubric and data, and the minor versions of Python and numpy.

    `data` is empty where the suite finds no data: it needs none, or this host lacks it.
    """

    suite: str
    rubric: str
    data: str
    python: str
    numpy: str


def refusals(own: Fingerprint, wanted: Fingerprint, host: str, *, same_versions: bool) -> tuple[str, ...]:
    """Return why the worker on `host` may not grade on the assignment's `wanted`, a sentence or two each."""
    found = [*_files(own, wanted, host), *_data(own, wanted, host)]
    if same_versions:
        found += [f"{each} GRADER_SAME_VERSIONS refuses that." for each in warnings(own, wanted, host)]
    return tuple(found)


def warnings(own: Fingerprint, wanted: Fingerprint, host: str) -> tuple[str, ...]:
    """Return which versions on `host` differ from those that the service announced, a sentence each."""
    pairs = (("Python", own.python, wanted.python), ("numpy", own.numpy, wanted.numpy))
    return tuple(
        f"The worker on {host} has {name} {here}, the service announced {name} {there}."
        for name, here, there in pairs
        if here != there
    )


def _files(own: Fingerprint, wanted: Fingerprint, host: str) -> Iterator[str]:
    for name, here, there in (("suite", own.suite, wanted.suite), ("rubric", own.rubric, wanted.rubric)):
        if here != there:
            yield (
                f"The {name} on {host} is {here[:SHOWN_DIGITS]}, the assignment's is {there[:SHOWN_DIGITS]}. "
                "Give this worker the assignment's folder, or restart `grader serve` with the worker's."
            )


def _data(own: Fingerprint, wanted: Fingerprint, host: str) -> Iterator[str]:
    if own.data == wanted.data or not wanted.data:
        return
    if own.data:
        yield (
            f"The suite's data on {host} is {own.data[:SHOWN_DIGITS]}, the assignment's is "
            f"{wanted.data[:SHOWN_DIGITS]}. Put the same files there and restart the worker."
        )
    else:
        yield (
            f"The worker on {host} lacks the suite's data, which other workers have. "
            "Put the files there and restart the worker."
        )
