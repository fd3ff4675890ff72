"""`grader rubric`: check the rubric, and prove that its tests catch mistakes."""

from collections.abc import Collection, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

import typer

from grader.cli.exits import Exit
from grader.cli.listing import JsonFlag, print_json
from grader.cli.prove_rubric import prove_rubric

if TYPE_CHECKING:
    from grader.core.rubric import Rubric
    from grader.suite.assignment import Assignment

app = typer.Typer(no_args_is_help=True, help="Check the rubric, and prove that its tests catch mistakes.")
app.command("prove")(prove_rubric)


@app.command("check")
def check_rubric(*, as_json: JsonFlag = False) -> None:
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
    rubric = assignment.rubric
    count = sum(len(names) for names in tests.values())
    if as_json:
        print_json(_document(rubric, tests, differences))
    else:
        for difference in differences:
            typer.echo(difference, err=True)
    if differences:
        raise typer.Exit(Exit.USAGE_ERROR)
    if as_json:
        return
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


def _document(
    rubric: "Rubric", tests: Mapping[str, Collection[str]], differences: list[str]
) -> dict[str, Any]:
    return {
        "differences": differences,
        "points": rubric.max_score,
        "bonus_points": rubric.max_bonus,
        "problems": [
            {
                "id": each.id,
                "title": each.title,
                "points": each.points,
                "tests": each.tests,
                "count": len(tests.get(each.tests, ())),
            }
            for each in rubric.problems
        ],
    }
