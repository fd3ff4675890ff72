"""The options of the commands that grade."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from grader.core.submission import Submission
    from grader.settings import Settings

RunnerOption = Annotated[
    str | None,
    typer.Option("--runner", metavar="NAME", help="Runner of the submissions. [env: GRADER_RUNNER]"),
]
SeedOption = Annotated[
    int | None,
    typer.Option(
        "--seed", min=0, help="Seed of the random inputs; by default it follows from the submission."
    ),
]
WithoutBonus = Annotated[
    bool, typer.Option("--without-bonus", help="Skip the bonus parts: seconds instead of minutes.")
]


def seed_for(settings: "Settings", seed: int | None, work: "Submission") -> int:
    """Return the seed that the command names, else the one that follows from the submission."""
    from grader.seed import derive_seed, read_secret

    return derive_seed(read_secret(settings.data_dir), work.sha256) if seed is None else seed
