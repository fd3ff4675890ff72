"""The `grader` command: all its groups, and the one place where errors become exit statuses.

Exit codes: 0 done, 1 graded but something could not be judged, 2 wrong use, 3 refused at intake, 4 the grader
itself failed.
"""

import traceback

import typer

from grader.cli import audit, course, doctor, grade, keep, prune, rubric, score, serve, submit, template, user
from grader.cli.exits import Exit, fail
from grader.core.document import DocumentError
from grader.intake import Refused
from grader.probe import NoRunner
from grader.sandbox.choice import UnknownRunner
from grader.sandbox.runner import SandboxError
from grader.settings import SettingsError
from grader.suite.run import SuiteFailed
from grader.template import MarkerError

COMMANDS = (grade, score, serve, submit, keep, prune, audit, doctor)
GROUPS = {"course": course, "user": user, "rubric": rubric, "template": template}
WRONG_USE = (
    SettingsError,
    DocumentError,
    UnknownRunner,
    NoRunner,
    MarkerError,
    FileExistsError,
    FileNotFoundError,
)
GRADER_FAILED = (SuiteFailed, SandboxError)

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
for module in COMMANDS:
    app.add_typer(module.app)
for name, module in GROUPS.items():
    app.add_typer(module.app, name=name)


def main() -> None:
    """Run the command line and end with its exit status."""
    try:
        app()
    except Refused as refused:
        fail(str(refused), Exit.REFUSED)
    except WRONG_USE as wrong:
        fail(_explained(wrong) or str(wrong), Exit.WRONG_USE)
    except GRADER_FAILED as failed:
        fail(f"we failed to grade this; it does not count: {failed}", Exit.GRADER_FAILED)
    except Exception as error:  # noqa: BLE001 - the status must say that it was not the submission
        if sentence := _explained(error):
            fail(sentence, Exit.WRONG_USE)
        traceback.print_exc()
        fail(
            "this is a mistake in the grader; it does not count. Please report the lines above.",
            Exit.GRADER_FAILED,
        )


def _explained(error: Exception) -> str | None:
    """Return the sentence for a mistake of the operator, if it is one."""
    if isinstance(error, SettingsError) or (isinstance(error, OSError) and error.errno is None):
        return None
    from grader.cli.mistakes import explain
    from grader.service_settings import read_service_settings

    try:
        return explain(error, read_service_settings().database)
    except SettingsError:
        return None
