"""Answers the next hundred requests before they are asked.

breach: true
classes: [TestValueCreation, TestValueAdd]
"""

from honest import *
from peer import open_request, send

for number in range(1, 100):
    send({"id": open_request() + number, "value": 5.0})
