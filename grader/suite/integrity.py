"""Signs that a submission does not compute as the handout asks, as notes that only staff read.

A note is a reason to look, and costs no point.
"""

import secrets

import pytest

from grader.boundary.channel import Channel
from grader.boundary.errors import SubmissionError
from grader.core.scoring import CLOSES_GATE, Outcome

EXAMPLE_FIXTURE = "worked_example"
EXAMPLE_PASSED = (EXAMPLE_FIXTURE, "passed")
COST = "backward_cost"
LEAST_TESTS = 5
SHARE = 0.9
ANSWER_SECONDS = 1.0


class Integrity:
    """Collects the signs in one run."""

    def __init__(self) -> None:
        """Begin without any."""
        self._with_example = 0
        self._only_example = 0
        self._false_sums = 0
        self._costs: list[float] = []  # of backward passes that cost too much, in forward passes

    def add(self, item: pytest.Item, outcome: Outcome) -> None:
        """Record the outcome of a test that has an example from the handout, or that measured a cost."""
        properties = dict(item.user_properties)
        if CLOSES_GATE in properties and COST in properties:
            self._costs.append(float(str(properties[COST])))
        if EXAMPLE_FIXTURE not in getattr(item, "fixturenames", ()):
            return
        self._with_example += 1
        passed = EXAMPLE_PASSED in item.user_properties
        self._only_example += passed and outcome in {Outcome.FAILED, Outcome.ERROR}

    def challenge(self, channel: Channel) -> None:
        """Ask the grader's own code in the submission's process for a sum of new numbers.

        The request reaches no code of the submission. A process that is slow or gone gives no answer, which
        is no sign.
        """
        first, second = (secrets.randbelow(1 << 40) for _ in range(2))
        channel.start_afresh()  # else an error of the last test would come here
        channel.limit_time(ANSWER_SECONDS)
        try:
            answer = channel.ask("op", "add", [first, second])
        except SubmissionError:
            return
        self._false_sums += type(answer) is not int or answer != first + second

    def notes(self) -> list[str]:
        """Return a sentence for each kind of sign that was found."""
        notes = []
        if self._only_example >= max(LEAST_TESTS, SHARE * self._with_example):
            notes.append(
                f"Stored answers are likely: {self._only_example} of {self._with_example} tests with an "
                "example from the handout passed the example and failed on drawn numbers."
            )
        if self._costs:
            least, most = min(self._costs), max(self._costs)
            notes.append(
                f"Numeric differentiation is likely: in {len(self._costs)} tests a backward pass cost "
                f"{least:.0f} to {most:.0f} forward passes; a reverse sweep costs a few."
            )
        if self._false_sums:
            notes.append(
                "The submission answers in place of the grader's own code in its process: "
                "a sum that this code computes came back wrong."
            )
        return notes
