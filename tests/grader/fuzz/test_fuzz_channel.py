"""A whole channel, with callbacks and calls within them, against any bytes of a peer."""

import math

from hypothesis import given

from grader.boundary.channel import Channel
from grader.boundary.errors import Lost, SubmissionError, TimedOut
from grader.boundary.interface import Interface
from tests.grader.fuzz.frames import deliveries, talk
from tests.grader.fuzz.peer import SECONDS, fuzzed, is_exact, stream_of


@fuzzed(share=0.5)
@given(talk, deliveries)
def test_a_conversation_ends_in_values_or_a_verdict(content, sizes):
    """Only exact values, Raised and Lost come out of a channel, and in the end it is closed for good."""
    with stream_of(content, sizes) as stream:
        values, errors, reports = converse(Channel(stream, Interface()))

    assert is_exact(values)
    assert all(math.isfinite(number) for numbers in reports for number in numbers.values())
    assert all(map(is_short, errors))
    assert isinstance(errors[-1], Lost)
    assert not isinstance(errors[-1], TimedOut)


def converse(channel):
    """Ask until the channel is lost; return the values, those of callbacks included, errors and progress."""
    channel.limit_time(SECONDS)
    values = [channel.tell("call", "make")]  # so that handle 1 is given out and in use
    errors, reports = [], []
    channel.on_progress = reports.append

    def function(*arguments):
        values.append(arguments)
        return channel.ask("call", "inner", function, values[0])

    while not errors or not isinstance(errors[-1], Lost):
        try:
            values.append(channel.ask("call", "outer", function))
        except SubmissionError as error:
            errors.append(error)
    return values, errors, reports


def is_short(error):
    """Tell whether an error's message has bounded length and no control characters but line breaks."""
    text = f"{error}\n{error.traceback}"
    return len(text) < 6_000 and text.replace("\n", "").replace("\t", "").isprintable()
