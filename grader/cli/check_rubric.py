"""`grader rubric`: check the rubric, and prove that its tests catch mistakes."""

from contextlib import closing
from typing import TYPE_CHECKING

import typer

from grader.cli.exits import Exit
from grader.cli.prove_rubric import prove_rubric

if TYPE_CHECKING:
    from grader.suite.assignment import Assignment

app = typer.Typer(no_args_is_help=True, help="Check the rubric, and prove that its tests catch mistakes.")
app.command("prove")(prove_rubric)


@app.command("check")
def check_rubric() -> None:
    """Check that rubric and suite name the same classes, that points add up, and that sections exist."""
    from grader.core.rubric import compare
    from grader.settings import read_settings
    from grader.suite.assignment import load_assignment
    from grader.suite.run import SuiteProcess
    from grader.suite.start import StartedSuite

    assignment = load_assignment(read_settings().assignment)
    with closing(SuiteProcess(StartedSuite(assignment.root))) as suite:
        tests = suite.tests
    differences = [*compare(assignment.rubric, tests), *_compare_handout(assignment)]
    for difference in differences:
        typer.echo(difference, err=True)
    if differences:
        raise typer.Exit(Exit.USAGE_ERROR)
    rubric = assignment.rubric
    count = sum(len(names) for names in tests.values())
    typer.echo(
        f"{len(list(rubric.problems))} problems, {rubric.max_score} points and {rubric.max_bonus} bonus "
        f"points, decided by {count} tests in {len(tests)} classes."
    )


def _compare_handout(assignment: "Assignment") -> list[str]:
    from grader.handout import load_handout
    from grader.handout.check import compare_handout

    rubric = assignment.rubric
    if not rubric.handout:
        return []
    try:
        handout = load_handout(assignment.root, rubric.handout, [each.id for each in rubric.problems])
    except (OSError, ValueError) as wrong:
        return [f"{rubric.name}: the handout cannot be read: {wrong}"]
    return compare_handout(rubric, handout)
