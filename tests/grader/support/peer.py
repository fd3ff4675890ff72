"""The other end of a channel, which may send any bytes."""

import contextlib
import json
import threading

from grader.boundary.frame_limits import LENGTHS

SECONDS = 5.0  # until a conversation that should have ended is given up
SOON = 0.3


class Peer:
    """The other end of a channel's socket, to send any bytes."""

    def __init__(self, stream):
        self.stream = stream

    def send(self, message, buffers=b""):
        """Send a frame with `message`, which is JSON bytes or turned into some."""
        header = message if type(message) is bytes else json.dumps(message).encode()
        self.stream.sendall(LENGTHS.pack(len(header), len(buffers)) + header + buffers)

    def answer(self, value, number=1, buffers=b""):
        """Answer request `number`, in advance: the channel has not asked yet."""
        self.send({"id": number, "value": value}, buffers)

    def answer_meanwhile(self, value, number=1):
        """Answer request `number` with more than the socket takes before somebody reads."""
        threading.Thread(target=self._answer_quietly, args=(value, number), daemon=True).start()

    def _answer_quietly(self, value, number):
        with contextlib.suppress(OSError):  # the channel may close before it has read all
            self.answer(value, number)

    def requests(self):
        """Return the kinds of the requests that have come, in their order."""
        self.stream.setblocking(False)  # noqa: FBT003 - the socket's own interface
        content, kinds = self.stream.recv(1 << 20), []
        while content:
            size, _ = LENGTHS.unpack(content[: LENGTHS.size])
            frame, content = content[LENGTHS.size :][:size], content[LENGTHS.size + size :]
            kinds += [request[0] for request in json.loads(frame)]
        return kinds

    def hears_the_end(self):
        """Read all bytes until the channel closes its end."""
        self.stream.settimeout(SECONDS)
        with contextlib.suppress(ConnectionResetError):  # what the channel left unread is thrown away
            while self.stream.recv(1 << 16):
                pass
        return True
