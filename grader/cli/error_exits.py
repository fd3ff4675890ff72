"""The one place where an error becomes a sentence and an exit status."""

import traceback
from typing import NoReturn

from grader.cli.exits import Exit, fail
from grader.settings import SettingsError


def end_with(error: Exception) -> NoReturn:
    """End the command that raised `error`."""
    from grader.core.document import DocumentError
    from grader.intake import Refused
    from grader.probe import NoRunner
    from grader.sandbox.runner import SandboxError
    from grader.sandbox.runner_choice import UnknownRunner
    from grader.suite.run import SuiteFailed
    from grader.template import TemplateError

    match error:
        case Refused():
            fail(str(error), Exit.REFUSED)
        case (
            SettingsError()
            | DocumentError()
            | UnknownRunner()
            | NoRunner()
            | TemplateError()
            | FileExistsError()
            | FileNotFoundError()
        ):
            fail(_explain(error) or str(error), Exit.USAGE_ERROR)
        case SuiteFailed() | SandboxError():
            fail(f"grading failed on our side; this run does not count: {error}", Exit.GRADER_FAILED)
    if sentence := _explain(error):
        fail(sentence, Exit.USAGE_ERROR)
    traceback.print_exception(error)
    fail(
        "the grader has a bug; this run does not count. Please report the lines above.",
        Exit.GRADER_FAILED,
    )


def _explain(error: Exception) -> str | None:
    """Return the sentence for a mistake of the operator, if it is one."""
    from grader.cli.operator_mistakes import explain
    from grader.service_settings import read_service_settings

    if isinstance(error, SettingsError) or (isinstance(error, OSError) and error.errno is None):
        return None
    try:
        return explain(error, read_service_settings().database)
    except SettingsError:
        return None
