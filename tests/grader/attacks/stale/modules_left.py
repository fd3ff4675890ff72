"""Leaves a mark on modules that a process may share with the next submission.

needs: []
"""

import builtins
import sys

import numpy

from honest import *

for module in (builtins, sys, numpy, numpy.random):
    if hasattr(module, "left_behind"):
        print("REACHED", module)
    module.left_behind = True
numpy.isclose = numpy.array_equal = lambda *values, **options: True
