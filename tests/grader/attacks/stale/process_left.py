"""Leaves a process that serves the next submission for a while, in a session of its own.

needs: [PROCESSES]
"""

import os
import socket
from contextlib import suppress

from canary import NAME
from honest import *

ADDRESS = f"\0{NAME}-process"


def serve():
    """Say hello to the next one, or give up."""
    os.setsid()
    for descriptor in (0, 1, 2):
        os.close(descriptor)
    with socket.socket(socket.AF_UNIX) as service:
        service.bind(ADDRESS)
        service.listen()
        service.settimeout(20)
        service.accept()[0].send(b"hello")


with suppress(OSError):
    try:
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(ADDRESS)
            print("REACHED", last.recv(10))
    except ConnectionRefusedError:
        if os.fork() == 0:
            with suppress(BaseException):
                serve()
            os._exit(0)
