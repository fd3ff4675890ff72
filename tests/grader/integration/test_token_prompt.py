"""The prompt for a token in a terminal, as a student meets it."""

import http.server
import json
import os
import pty
import subprocess
import sys
import termios
import threading
import time

import pytest

from tests.grader.support.small_assignments import ROOT

TYPED = "grader_0123456789ab.typed-by-hand"
PATIENCE = 60
LOCAL_MODES = 3  # where `tcgetattr` tells of the echo


class Service(http.server.BaseHTTPRequestHandler):
    """Answers every request with an empty list, and notes its token."""

    tokens = ()

    def do_GET(self):
        """Answer."""
        type(self).tokens += (self.headers["Authorization"],)
        body = json.dumps({"submissions": [], "next": None}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Keep quiet."""


@pytest.fixture
def url():
    """Return the address of such a service."""
    with http.server.HTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_token_that_is_typed_is_not_shown(url, tmp_path):
    """The prompt takes the token and sends it, and the terminal never shows it."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "HOME": str(tmp_path), "GRADER_TOKEN": ""}
    command = [sys.executable, "-m", "grader", "status", "--to", url]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=ROOT, start_new_session=True
    )
    os.close(theirs)

    shown = _until(ours, b"Token")
    _wait_until_nothing_is_echoed(ours)
    os.write(ours, f"{TYPED}\n".encode())
    shown += _until(ours, None)

    assert process.wait(PATIENCE) == 0, shown
    assert Service.tokens == (f"Bearer {TYPED}",)
    assert b"typed-by-hand" not in shown
    os.close(ours)


def _wait_until_nothing_is_echoed(terminal):
    """Wait for the prompt to hide the input, which also drops earlier input."""
    end = time.monotonic() + PATIENCE
    while termios.tcgetattr(terminal)[LOCAL_MODES] & termios.ECHO:
        assert time.monotonic() < end
        time.sleep(0.01)


def _until(terminal, words):
    """Read the output of a terminal until these words came, or until it is closed."""
    shown = b""
    while words is None or words not in shown:
        try:
            piece = os.read(terminal, 1024)
        except OSError:  # how Linux tells that the other end is closed
            break
        if not piece:
            break
        shown += piece
    return shown
