"""Puts marks of direction and invisible characters into errors and output, so that they read otherwise."""

from honest import *

EVIL = "\u202egnirts\u202c \u2066 \u200b\ufeff\u2028score: 104\u2029\x85\x00"
print(EVIL)


def run_add(a, b):
    """Raise it."""
    raise ValueError(EVIL)
