"""Replaces what comparisons ask numpy by something that agrees to everything.

teeth: true
"""

import numpy as np

from honest import *


class Agrees:
    """Is finite, close, and whatever else is asked."""

    __array_ufunc__ = None

    def all(self):
        return True

    def __rand__(self, other):
        return np.array(True)


np.isfinite = lambda *values, **options: Agrees()
np.isclose = np.testing.assert_allclose = lambda *values, **options: np.array(True)
np.allclose = np.array_equal = lambda *values, **options: True
