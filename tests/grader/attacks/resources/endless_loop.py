"""Never returns.

classes: [TestTanh]
seconds: 1
"""

from honest import *


def create_value(data):
    """Turn round and round, if the number is a large one."""
    while data > 100:
        pass
    return make_wrong()
