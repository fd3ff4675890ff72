"""Why tests of a problem did not pass: those of one reason together, and their text in pieces for a page."""

from collections.abc import Iterable
from dataclasses import dataclass

from grader.core.scoring import Outcome, TestResult

HEADLINE = 300  # characters
TRACEBACK = "\n  File "  # begins one in a message
CIRCUMSTANCES = 800  # characters that are shown open


@dataclass(frozen=True)
class Reason:
    """The tests of one problem that ended in one way, by one mistake or with the same message and values."""

    tests: tuple[TestResult, ...]

    @property
    def shared(self) -> TestResult:
        """A test that stands for all."""
        return self.tests[0]

    @property
    def title(self) -> str:
        """The sentence of the first test that has one, else its name."""
        return next((test.description for test in self.tests if test.description), self.shared.name)

    @property
    def headline(self) -> str:
        """The first line of the message, cut if it is very long."""
        line = self.shared.message.partition("\n")[0]
        return line if len(line) <= HEADLINE else f"{line[:HEADLINE]} \N{HORIZONTAL ELLIPSIS}"

    @property
    def is_quiet(self) -> bool:
        """Whether the code is missing, so that there is nothing to repair."""
        return self.shared.outcome is Outcome.NOT_WRITTEN

    @property
    def inputs(self) -> str:
        """The lines below the headline that name values, such as `a = 3`."""
        return "\n".join(self._shown()[: self._named()])

    @property
    def remarks(self) -> str:
        """The other lines below the headline, up to the traceback."""
        return "\n".join(self._shown()[self._named() :])

    @property
    def folded(self) -> str:
        """The text after all that: a traceback, or the whole message if its headline is cut."""
        return self.details.removeprefix("\n".join(self._shown())).removeprefix("\n")

    @property
    def is_traceback(self) -> bool:
        """Whether the folded text is a traceback."""
        return self.folded.startswith("  File ")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the tests."""
        return tuple(test.name for test in self.tests)

    def _shown(self) -> list[str]:
        """Return the few lines below the headline that say for which inputs."""
        line, _, rest = self.shared.message.partition("\n")
        told = rest.partition(TRACEBACK)[0]
        is_shown = len(line) <= HEADLINE and not f"\n{rest}".startswith(TRACEBACK)
        return told.split("\n") if is_shown and told and len(told) <= CIRCUMSTANCES else []

    def _named(self) -> int:
        """Return the number of shown lines, from the first on, that name values."""
        lines = self._shown()
        return next((place for place, line in enumerate(lines) if " = " not in line), len(lines))

    @property
    def details(self) -> str:
        """The text after the headline: the other lines, or the whole message if the headline is cut."""
        line, _, rest = self.shared.message.partition("\n")
        return rest if len(line) <= HEADLINE else self.shared.message


def reasons(results: Iterable[TestResult]) -> list[Reason]:
    """Return why tests did not pass, those of one reason together, in the order of their first test.

    Missing code is one reason, and so is a recognised mistake.
    """
    groups: dict[object, list[TestResult]] = {}
    for result in results:
        if result.outcome is not Outcome.PASSED:
            groups.setdefault(_reason_of(result), []).append(result)
    return [Reason(tuple(tests)) for tests in groups.values()]


def _reason_of(result: TestResult) -> object:
    if result.outcome is Outcome.NOT_WRITTEN:
        return result.outcome
    if result.cause:
        return result.outcome, result.cause
    return result.outcome, result.message, result.expected, result.actual, result.hint
