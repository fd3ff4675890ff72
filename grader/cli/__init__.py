"""The command line, one file for each group of commands.

A command of the service imports what it needs when it runs: web framework and database cost most of a second,
which a verdict at the desk must not pay.
"""

from grader.cli.main import main

__all__ = ["main"]
