"""The runner that the settings and the command line ask for, with the options that the settings state."""

from grader.sandbox.choice import RunnerKind, all_runners, choose_runner
from grader.sandbox.docker.kind import Docker
from grader.settings import Settings


def configured_runner(settings: Settings, name: str | None) -> RunnerKind:
    """Return the kind of runner `name`, or the settings' own. Raises NoRunner."""
    docker = Docker(settings.docker_image, settings.docker_runtime, settings.pool)
    return choose_runner(name or settings.runner, all_runners(docker))
