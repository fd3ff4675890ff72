"""A container's standard streams, with a socket pair in place of the engine."""

import socket
import struct

import pytest

from grader.sandbox.docker.attachment import Attachment

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
    """Bytes go to the engine as they are, without frames."""
    engine.attachment.stream.sendall(b"request")

    assert engine.end.recv(100) == b"request"


def test_the_end_of_the_container_is_the_end_of_the_stream(engine):
    """When the engine closes, a reader is told so, and the attachment says so."""
    engine.end.close()

    assert engine.attachment.stream.recv(1) == b""
    engine.attachment.close()
    assert engine.attachment.ended


def test_standard_input_is_closed_with_the_stream(engine):
    """Closing the stream is heard at the other end, where it ends the container."""
    engine.attachment.stream.close()

    assert engine.end.recv(1) == b""


def test_a_borrowed_stream_does_not_hold_up_the_end(engine):
    """Another process may still hold a copy of the stream: it is told of the end like everybody."""
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
