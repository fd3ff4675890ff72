"""The command line, one file for each group of commands.

A command imports its modules when it runs. Web framework and database cost most of a second, and a verdict on
the command line must not pay that.
"""

import os
import sys


def main() -> None:
    """Run the command line and end with its exit status."""
    from grader.cli.head_start import head_start

    suite = head_start(sys.argv[1:], os.environ)
    try:
        from grader.cli.main import run

        end = run(suite)
    finally:
        if suite is not None:
            suite.abandon()

    from grader.cli.exits import leave

    leave(end)
