"""The runners that the settings allow."""

from collections.abc import Sequence

from grader.sandbox.docker.kind import Docker
from grader.sandbox.docker.options import DockerOptions
from grader.sandbox.runner import RunnerKind
from grader.sandbox.runner_choice import candidates
from grader.settings import Settings


def allowed_runners(settings: Settings, name: str | None = None) -> Sequence[RunnerKind]:
    """Return the kinds of runners to choose from, strongest first; `name` overrides the settings.

    Raises UnknownRunner.
    """
    return candidates(name or settings.runner, docker_of(settings))


def docker_of(settings: Settings) -> Docker:
    """Return the docker runner that the settings describe."""
    return Docker(DockerOptions(settings.docker_image, settings.docker_runtime, settings.pool))
