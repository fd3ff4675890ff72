"""Conversations between tests and a submission, recorded by a runner whose streams pass through a relay."""

import contextlib
import selectors
import socket
import threading

from grader.boundary.frame_limits import LENGTHS

CHUNK = 1 << 18
ASKED, ANSWERED = "asked", "answered"


class RecordingRunner:
    """A runner whose processes speak through relays; `conversations` has one list of frames for each."""

    def __init__(self, runner):
        """Open the processes of `runner`."""
        self._runner = runner
        self._relays = []

    def open(self):
        """Return a fresh process whose conversation is recorded."""
        process = Recorded(self._runner.open())
        self._relays.append(process.relay)
        return process

    @property
    def conversations(self):
        """The frames of each process, in order: (ASKED or ANSWERED, header, buffers)."""
        return [relay.frames() for relay in self._relays]


class Recorded:
    """A student process whose stream is one end of a relay; all else is the process's own."""

    def __init__(self, process):
        """Relay the messages of `process` and the tests."""
        self._process = process
        self.stream, theirs = socket.socketpair()
        self.relay = Relay(theirs, process.stream)

    def __getattr__(self, name):
        return getattr(self._process, name)

    def kill(self):
        """End the process and the relay."""
        self._process.kill()
        self.stream.close()
        self.relay.finish()


class Relay:
    """Passes bytes on in both directions, in a thread of its own, and keeps them in order."""

    def __init__(self, asking, answering):
        """Relay between the two sockets."""
        self._ends = {asking: (ASKED, answering), answering: (ANSWERED, asking)}
        self._heard = []
        self._thread = threading.Thread(target=self._pass_on, daemon=True)
        self._thread.start()

    def finish(self):
        """Stop, even if nobody reads the rest."""
        for end in self._ends:
            with contextlib.suppress(OSError):  # it is closed
                end.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def frames(self):
        """Return the frames that passed, in the order in which each began to arrive."""
        pending = {ASKED: b"", ANSWERED: b""}
        frames = []
        for speaker, chunk in self._heard:
            data = pending[speaker] + chunk
            while (size := frame_size(data)) <= len(data):
                frames.append((speaker, *parted(data[:size])))
                data = data[size:]
            pending[speaker] = data
        return frames

    def _pass_on(self):
        with selectors.DefaultSelector() as selector:
            for end in self._ends:
                selector.register(end, selectors.EVENT_READ)
            while all(self._pass_chunk(key.fileobj) for key, _ in selector.select()):
                pass
        for end in self._ends:
            end.close()

    def _pass_chunk(self, end):
        """Pass the bytes from `end` on; return whether there may be more."""
        speaker, other = self._ends[end]
        try:
            chunk = end.recv(CHUNK)
            self._heard.append((speaker, chunk))
            other.sendall(chunk)
        except OSError:
            return False
        return bool(chunk)


def frame_size(data):
    """Return the size of the frame that begins with `data`, or of its lengths while these are incomplete."""
    if len(data) < LENGTHS.size:
        return LENGTHS.size
    return LENGTHS.size + sum(LENGTHS.unpack(data[: LENGTHS.size]))


def parted(frame):
    """Return header and buffers of a frame."""
    header, _ = LENGTHS.unpack(frame[: LENGTHS.size])
    return frame[LENGTHS.size : LENGTHS.size + header], frame[LENGTHS.size + header :]
