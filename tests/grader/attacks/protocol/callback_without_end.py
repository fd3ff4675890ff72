"""Calls the test's function over and over, so that its call never ends.

classes: [TestGradOfGrad]
seconds: 1
"""

from honest import *


def run_second_derivative(f, x):
    """Keep the trusted side busy, once."""
    while x > 1:
        f(create_value(x))
