"""A Docker engine, runners and student processes in containers.

The engine and the images are made by `bash .ci/docker`. Where there is no engine these tests are skipped, but
never when CI is set.
"""

import os

import pytest
from docker.errors import APIError, ImageNotFound

from grader.sandbox.docker import data
from grader.sandbox.docker.engine import connect
from grader.sandbox.docker.options import DockerOptions
from grader.sandbox.runner import MEBI, Allowance, SandboxError
from tests.grader.support.containers import OPTIONS, eventually, loaded


@pytest.fixture(scope="session", autouse=True)
def engine():
    """Return a client of the Docker engine, without which there is nothing to test."""
    try:
        engine = connect()
    except SandboxError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def runner():
    """Return a runner with the usual allowance but little memory."""
    runner = OPTIONS(Allowance(memory=512 * MEBI, output=1000))
    yield runner
    runner.close()


@pytest.fixture
def process(runner):
    """Return a student process of its own for the test."""
    process = runner.open()
    yield process
    process.kill()


@pytest.fixture
def stored(engine, monkeypatch):
    """Return a function that counts the images with data, which have their own name and go with the test."""
    own = f"grader-test-data-{os.getpid()}"
    monkeypatch.setattr(data, "REPOSITORY", own)
    yield lambda: len(engine.images(own, quiet=True))
    for image in engine.images(own, quiet=True):
        assert eventually(lambda image=image: removed(engine, image))


def removed(engine, image):
    """Remove an image; tell whether that could be done, which must wait for the end of its containers."""
    try:
        engine.remove_image(image)
    except ImageNotFound:
        return True
    except APIError:
        return False
    return True


@pytest.fixture(scope="session")
def bare_runner():
    """Return a runner without the jail inside, which shows the container's own protection."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DockerOptions, "is_jailed", False)
        runner = OPTIONS(Allowance(memory=512 * MEBI, output=1000))
    yield runner
    runner.close()


@pytest.fixture
def bare_process(bare_runner):
    """Return a student process of its own, without the jail."""
    process = bare_runner.open()
    yield process
    process.kill()


@pytest.fixture
def look(bare_process):
    """Return a function that runs code in a container without the jail and returns its findings."""
    channel = loaded(bare_process)
    return lambda code: channel.ask("call", "look", [code], {})
