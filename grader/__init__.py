"""A course autograder whose score the submission cannot forge."""

__version__ = "0.1.0"
