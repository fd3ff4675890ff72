r"""Ships a file whose name holds terminal escapes, a line break and marks of direction.

ships:
  "x\e[2J\u202e\n104.py": ""
"""

from honest import *
