"""The Docker engine: the connection, sentences for its errors, and the leftovers of a crash."""

import contextlib
import socket
from collections.abc import Iterator
from datetime import datetime

from docker import APIClient
from docker.constants import DEFAULT_UNIX_SOCKET
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.utils import kwargs_from_env
from requests.exceptions import RequestException

from grader.sandbox.runner import SandboxError

LABEL = "grader.sandbox"
OWNER_LABEL = "grader.sandbox.owner"
REQUEST_SECONDS = 60
STARTING_SECONDS = 120  # a container that was not started for so long is never started


def connect() -> APIClient:
    """Return a client of the engine that the environment names. Raises SandboxError."""
    try:
        settings = kwargs_from_env()
        _call(settings.get("base_url") or DEFAULT_UNIX_SOCKET)
        return APIClient(**settings, timeout=REQUEST_SECONDS)
    except (DockerException, RequestException, OSError) as failed:
        raise SandboxError(
            f"no Docker engine answers: {failed}; start it, let this user reach its socket, "
            "or choose another runner"
        ) from failed


def _call(url: str) -> None:
    """Connect to the engine's socket, if `url` names one: the client leaks sockets that fail to connect."""
    scheme, _, path = url.partition("://")
    if scheme in {"unix", "http+unix"}:
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(path)


@contextlib.contextmanager
def engine_errors(image: str) -> Iterator[None]:
    """Turn the engine's errors into sentences with advice. Raises SandboxError."""
    try:
        yield
    except ImageNotFound as missing:
        raise SandboxError(
            f"the Docker engine has no image {image}; build it in the grader's folder: "
            f"docker build --target sandbox --tag {image} ."
        ) from missing
    except (DockerException, RequestException) as failed:
        raise SandboxError(f"the Docker engine cannot run the image {image}: {failed}") from failed


def remove_leftovers(api: APIClient) -> None:
    """Remove the containers of workers that are gone.

    This leaves running containers alone: one ends, and the engine removes it, when its worker is gone. A
    container can stay if its worker never started it, or if it ended while the engine was stopped.
    """
    now = datetime.fromisoformat(api.info()["SystemTime"]).timestamp()
    labelled = {"label": LABEL, "status": ["created", "exited", "dead"]}
    for container in api.containers(all=True, filters=labelled):
        if container["State"] != "created" or now - container["Created"] > STARTING_SECONDS:
            remove(api, container["Id"])


def remove(api: APIClient, container: str) -> None:
    """Kill and remove a container that may be gone already, or about to be."""
    try:
        api.remove_container(container, force=True)
    except NotFound:
        pass
    except APIError as refused:
        if refused.status_code != 409:  # noqa: PLR2004 - HTTP's conflict: its removal is in progress
            raise
