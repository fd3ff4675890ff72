"""The report as plain text: the terminal's view without colours, for files and HTTP responses."""

import io

from rich.console import Console

from grader.core.report import GradedReport
from grader.render.terminal import print_report

WIDTH = 80


def render_text(report: GradedReport) -> str:
    """Return `report` as plain text."""
    page = io.StringIO()
    print_report(
        report, Console(file=page, width=WIDTH, no_color=True, force_terminal=False, legacy_windows=False)
    )
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines()) + "\n"
