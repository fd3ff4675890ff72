"""Says why a test failed: which variable of which expression is wrong, for which inputs, by which mistake.

Nothing here runs before a test has failed.
"""
