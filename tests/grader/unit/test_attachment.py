"""A container's standard streams, with a socket pair in place of the engine."""

import socket
import struct
import threading

import pytest

from grader.sandbox.docker.attachment import Attachment
from grader.sandbox.envelope import CLOCK, DATA, ENVELOPE, KEY, QUESTION, UsageReport
from grader.sandbox.usage import Usage

STANDARD_OUTPUT, STANDARD_ERROR = 1, 2


@pytest.fixture
def engine():
    """Return the engine's end of a connection whose other end is `engine.attachment`'s."""

    class Engine:
        def __init__(self):
            self.end, other = socket.socketpair()
            self.end.settimeout(10)
            self.attachment = Attachment(other, keep=4)
            self.attachment.stream.settimeout(10)
            kind, self.key = self.envelope()
            assert kind == KEY

        def envelope(self):
            kind, size = ENVELOPE.unpack(self.end.recv(ENVELOPE.size))
            return kind, self.end.recv(size, socket.MSG_WAITALL)

        def question(self):
            kind, content = self.envelope()
            assert kind == CLOCK
            return QUESTION.unpack(content)[0]

        def write(self, kind, content):
            self.end.sendall(struct.pack("!B3xI", kind, len(content)) + content)

    engine = Engine()
    yield engine
    engine.end.close()
    engine.attachment.close()


def test_output_and_errors_are_parted(engine):
    """Standard output comes out of the socket; of standard error the first bytes are kept."""
    engine.write(STANDARD_ERROR, b"warn")
    engine.write(STANDARD_OUTPUT, b"answer")
    engine.write(STANDARD_ERROR, b"ing")
    engine.write(STANDARD_OUTPUT, b"!")

    came = b"".join(engine.attachment.stream.recv(1) for _ in range(7))

    assert came == b"answer!"
    assert (engine.attachment.output().kept, engine.attachment.output().dropped) == (b"warn", 3)


def test_what_is_sent_goes_to_standard_input(engine):
    """Bytes go to the engine in envelopes, from which process 1 takes them."""
    engine.attachment.stream.sendall(b"request")

    assert engine.envelope() == (DATA, b"request")


def test_the_end_of_the_container_is_the_end_of_the_stream(engine):
    """When the engine closes, a reader gets the end of the stream, and the attachment has ended."""
    engine.end.close()

    assert engine.attachment.stream.recv(1) == b""
    engine.attachment.close()
    assert engine.attachment.ended


def test_standard_input_is_closed_with_the_stream(engine):
    """Closing the stream is heard at the other end, where it ends the container."""
    engine.attachment.stream.close()

    assert engine.end.recv(1) == b""


def test_a_borrowed_stream_does_not_hold_up_the_end(engine):
    """Another process may still hold a copy of the stream: it gets the end of the stream too."""
    copy = engine.attachment.stream.dup()
    engine.end.close()

    engine.attachment.close()

    assert copy.recv(1) == b""
    copy.close()


def test_what_is_printed_after_the_stream_was_closed_is_kept(engine):
    """Answers that nobody reads do not hide the last output of a process."""
    engine.attachment.stream.close()
    engine.write(STANDARD_OUTPUT, b"answer")
    engine.write(STANDARD_ERROR, b"last")
    engine.end.close()

    engine.attachment.close()

    assert engine.attachment.output().kept == b"last"


def asked(engine):
    """Have a thread ask for the usage; return it, and the list that gets the answer."""
    answers = []
    thread = threading.Thread(target=lambda: answers.append(engine.attachment.usage()))
    thread.start()
    return thread, answers


def test_the_usage_is_what_process_1_answers(engine):
    """The answer is the report that names the question, and no part of the output."""
    thread, answers = asked(engine)
    question = engine.question()
    engine.write(STANDARD_ERROR, b"war" + UsageReport(1, question, Usage(1.5, 0.25)).seal(engine.key) + b"n")
    thread.join()

    assert answers == [Usage(1.5, 0.25)]
    assert engine.attachment.output().kept == b"warn"


def test_a_report_that_answers_nothing_does_not_end_the_wait(engine):
    """A report that comes of its own accord is older than the question."""
    thread, answers = asked(engine)
    question = engine.question()
    engine.write(STANDARD_ERROR, UsageReport(1, 0, Usage(1.0, None)).seal(engine.key))
    engine.write(STANDARD_ERROR, UsageReport(2, question, Usage(2.0, None)).seal(engine.key))
    thread.join()

    assert answers == [Usage(2.0, None)]


def test_who_asks_is_not_kept_waiting_by_the_end(engine):
    """When the container ends instead of answering, the last report counts."""
    engine.write(STANDARD_ERROR, UsageReport(1, 0, Usage(1.0, None)).seal(engine.key))
    thread, answers = asked(engine)
    engine.question()
    engine.end.close()
    thread.join()

    assert answers == [Usage(1.0, None)]


def test_without_an_answer_nothing_is_known(engine, monkeypatch):
    """An old figure is no answer: who asks hears that there is none."""
    monkeypatch.setattr("grader.sandbox.docker.attachment.ANSWER_SECONDS", 0.1)
    engine.write(STANDARD_ERROR, UsageReport(1, 0, Usage(1.0, None)).seal(engine.key))
    engine.write(STANDARD_OUTPUT, b"!")
    engine.attachment.stream.recv(1)

    assert engine.attachment.usage() is None


def test_a_question_does_not_wait_for_a_submission_that_reads_nothing(engine, monkeypatch):
    """While the way to process 1 is full, the report that comes of its own accord is the answer."""
    monkeypatch.setattr("grader.sandbox.docker.attachment.ANSWER_SECONDS", 0.5)
    engine.attachment.stream.settimeout(0.3)
    with pytest.raises(TimeoutError):
        engine.attachment.stream.sendall(bytes(16 << 20))
    thread, answers = asked(engine)
    engine.write(STANDARD_ERROR, UsageReport(1, 0, Usage(3.0, 1.0)).seal(engine.key))
    thread.join()

    assert answers == [Usage(3.0, 1.0)]


def test_an_exception_in_a_thread_ends_the_connection_and_is_kept(engine, monkeypatch):
    """Nobody waits for a thread that has failed, and the one who asks for the reason gets it."""

    def fail(chunk):
        raise MemoryError(f"no room for {len(chunk)} bytes")

    monkeypatch.setattr(engine.attachment._printed, "add", fail)  # noqa: SLF001 - where the thread keeps output
    engine.write(STANDARD_ERROR, b"warn")

    assert engine.attachment.stream.recv(1) == b""
    assert isinstance(engine.attachment.failure, MemoryError)


def test_what_nobody_reads_does_not_hold_up_the_end(engine):
    """The engine removes a container when all it wrote is read; a stream that nobody reads is passed over."""
    for _ in range(2):
        engine.attachment.pass_nothing_on()
        engine.write(STANDARD_OUTPUT, bytes(10 << 20))
        engine.write(STANDARD_ERROR, b"late")

    engine.end.close()
    engine.attachment.close()
    assert engine.attachment.output().kept == b"late"
