"""Connects to a service that listens on a name of this machine's own, without a network.

needs: [NETWORK]
"""

import socket
from contextlib import suppress

from canary import NAME
from honest import *

with suppress(OSError):
    with socket.socket(socket.AF_UNIX) as service:
        service.settimeout(0.5)
        service.connect(f"\0{NAME}")
        print("REACHED", service.recv(10))
