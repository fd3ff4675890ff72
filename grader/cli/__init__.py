"""The command line, one file for each group of commands.

A command imports its modules when it runs. Web framework and database cost most of a second, and a verdict on
the command line must not pay that.
"""

from grader.cli.main import main

__all__ = ["main"]
