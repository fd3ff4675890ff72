"""The runner itself: a warm pool of containers, all under one allowance."""

from contextlib import ExitStack, suppress
from dataclasses import replace

from grader.sandbox.docker.container import Container
from grader.sandbox.docker.data import image_with, inside
from grader.sandbox.docker.engine import connect, engine_errors, remove_leftovers
from grader.sandbox.docker.options import DockerOptions
from grader.sandbox.docker.pool import Pool
from grader.sandbox.docker.specification import specify
from grader.sandbox.runner import Allowance, RunnerKind, SandboxError


class DockerRunner:
    """Gives each submission a container that no other one has used or will use.

    The containers are made and spoken with in threads of the process that made the runner: a fork of that
    process has none, so it cannot use it.
    """

    def __init__(self, allowance: Allowance, kind: RunnerKind, options: DockerOptions) -> None:
        """Begin to fill the pool with containers under `allowance`. Raises SandboxError."""
        self.kind = kind
        self._allowance = allowance
        self._pool_size = options.pool
        self._api = connect()
        with engine_errors(options.image), ExitStack() as undo:
            undo.callback(self._api.close)
            remove_leftovers(self._api)
            image = image_with(self._api, options.image, allowance.folders)
            undo.pop_all()
        moved = replace(allowance, folders=inside(allowance.folders))
        self._specification = specify(self._api, image, options, moved)
        self._started: list[Container] = []  # and not yet ended
        self._pool = Pool(self._start, _end, options.pool)

    @property
    def ready(self) -> int:
        """How many containers wait to be opened."""
        return self._pool.ready

    def open(self) -> Container:
        """Return a container for one submission, from the pool if one is ready. Raises SandboxError."""
        for _ in range(self._pool_size + 1):
            container = self._pool.take()
            if not container.ended:  # a restart of the engine ends all that waited
                return container
            _end(container)
        raise SandboxError("containers end before they are used; see what the Docker engine logs")

    def close(self) -> None:
        """End all its containers, the used ones too."""
        self._pool.close()
        for container in self._started:
            _end(container)
        self._api.close()

    def _start(self) -> Container:
        container = Container(self._api, self._specification, self._allowance.output)
        self._started = [*(each for each in self._started if not each.ended), container]
        return container


def _end(container: Container) -> None:
    """End a container that nobody uses; when the engine is gone, it ends itself."""
    with suppress(SandboxError):
        container.kill()
