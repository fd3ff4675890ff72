"""Finds all gradients by central differences: two replays of the graph for each number, and no rule of any.

base: reference
honest: 8453/126
classes: all
noted: Numeric differentiation is likely
"""

import smulgrad.engine as engine
from honest import *
from replay import differentiate, moved_sum

STEP = 1e-6


def slope(nodes, node, index):
    """Return the derivative of the output in one number, but for rounding."""
    above, below = (moved_sum(nodes, node, index, step) for step in (STEP, -STEP))
    return (above - below) / (2 * STEP)


differentiate(engine, slope)
