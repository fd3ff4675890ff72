r"""Puts terminal escapes into errors, output and the names of types: clear the screen, set a title, colours."""

from honest import *

EVIL = "\x1b[2J\x1b]0;owned\x07\x1b[32mPASSED\x1b[0m\x9b31m\x08\x08\r104"
print(EVIL)


def run_add(a, b):
    """Raise it."""
    raise type(f"E{EVIL}", (Exception,), {})(EVIL)


def get_value_data(v):
    """Return an object of such a type."""
    return type(f"T{EVIL}", (), {})()
