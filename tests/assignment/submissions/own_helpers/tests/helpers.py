"""Helpers of my adapters."""


def exactly(a, b, function):
    return function(a, b)
