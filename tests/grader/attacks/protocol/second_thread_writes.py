"""A second thread writes answers into the conversation while the first one serves.

breach: true
classes: [TestValueDiv]
"""

import threading
import time

from honest import *
from peer import open_request, send


def write():
    """Answer whatever is open."""
    for _ in range(200):
        send({"id": open_request(), "value": 5.0})
        time.sleep(0.001)


threading.Thread(target=write, daemon=True).start()
