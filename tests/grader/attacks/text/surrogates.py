"""Sends text that no encoding can write: lone surrogates, in errors and in answers.

classes: [TestValueAdd, TestValueMul]
"""

from honest import *


def run_add(a, b):
    """Raise it."""
    raise ValueError("\ud800\udfff")


def get_value_data(v):
    """Answer it."""
    return "\ud800"
