"""Puts HTML into errors, output and the names of types: a script, an image, the end of the page."""

from honest import *

EVIL = "</td></table></script><script>alert(1)</script><img src=x onerror=alert(1)>'\"&lt;{{ 7 * 7 }}{% raw %}"
print(EVIL)


def run_add(a, b):
    """Raise it."""
    raise type(f"E{EVIL}", (Exception,), {})(EVIL)


def get_value_data(v):
    """Return an object of such a type."""
    return type(f"T{EVIL}", (), {})()
