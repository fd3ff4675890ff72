"""Finds all gradients without going backward: a replay of the graph for each number, with a tiny imaginary step.

An imaginary step loses nothing to rounding, so every gradient is right. Only the cost for many numbers tells it
from a reverse sweep.

base: reference
honest: 139/2
classes: all
noted: Numeric differentiation is likely
"""

import smulgrad.engine as engine
from honest import *
from replay import differentiate, moved_sum

STEP = 1e-30j


def slope(nodes, node, index):
    """Return the derivative of the output in one number."""
    return moved_sum(nodes, node, index, STEP).imag / STEP.imag


differentiate(engine, slope)
