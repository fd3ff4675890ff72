"""Asks for six gigabytes of memory.

needs: [MEMORY]
"""

from honest import *

kept = []
try:
    for _ in range(12):
        kept.append(np.empty(1 << 26))  # half a gigabyte, never touched
    print("REACHED six gigabytes")
except MemoryError:
    kept.clear()
