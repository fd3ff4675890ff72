"""`grader rubric`: check the rubric, and prove that its tests catch mistakes."""

from contextlib import closing

import typer

from grader.cli.exits import Exit
from grader.cli.prove_rubric import prove_rubric

app = typer.Typer(no_args_is_help=True, help="Check the rubric, and prove that its tests catch mistakes.")
app.command("prove")(prove_rubric)


@app.command("check")
def check_rubric() -> None:
    """Check that the rubric and the suite name the same classes and that the points add up."""
    from grader.core.rubric import compare
    from grader.settings import read_settings
    from grader.suite.assignment import load_assignment
    from grader.suite.run import SuiteProcess
    from grader.suite.start import StartedSuite

    assignment = load_assignment(read_settings().assignment)
    with closing(SuiteProcess(StartedSuite(assignment.root))) as suite:
        tests = suite.tests
    differences = compare(assignment.rubric, tests)
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
