"""Operators as functions; reached through sys.path."""

from operator import add, mul

__all__ = ["add", "mul"]
