"""Names a hundred thousand objects as the operands of each result.

classes: [TestValueAdd, TestValueMul]
"""

import honest
from honest import *

operands = [object() for _ in range(100_000)]
honest.Wrong._prev = property(lambda self: operands)
