"""Answers with a list of a hundred thousand handles, for each of which the trusted side keeps an entry.

classes: [TestValueDiv]
"""

from honest import *

sent = []


def get_value_data(v):
    """Send it once."""
    if sent:
        return 5.0
    sent.append(True)
    return [object() for _ in range(100_000)]
