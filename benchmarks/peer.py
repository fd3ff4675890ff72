"""The way of other graders: plain pytest in a container of its own for each submission, by the Docker SDK.

For each verdict a container is made of an image that holds interpreter, numpy, pytest, pytest-json-report and
the cases; it has a memory limit, a limit of processes and no network. The submission is copied in as a tar
archive, pytest runs the cases, its JSON report is copied out and read, and the container is removed.
"""

import io
import json
import tarfile
from collections.abc import Callable, Mapping
from importlib.metadata import files

import docker

SERVICE = "grader"  # the image of the Dockerfile's target `service`
IMAGE = "grader-benchmark-peer"
PLUGIN = "pytest-json-report"
FOLDER = "/tmp"  # noqa: S108 - the container's own
REPORT = f"{FOLDER}/report.json"
DOCKERFILE = f"""
FROM {SERVICE}
USER root
COPY pytest_jsonreport pytest_jsonreport
RUN python -m compileall -q pytest_jsonreport
USER 1000:1000
"""
OPTIONS = (
    *("-p", "pytest_jsonreport.plugin", "--json-report", f"--json-report-file={REPORT}"),
    *("-p", "no:scoreboard"),  # the table that only this suite shows
    f"--submission={FOLDER}/submission",
)
LIMITS = {"network_mode": "none", "mem_limit": "2g", "pids_limit": 128}


def fresh_container(
    submission: Mapping[str, bytes], pytest: tuple[str, ...], environment: Mapping[str, str]
) -> Callable[[], object]:
    """Return the function that runs `pytest` on `submission` and returns how many tests passed."""
    client = docker.from_env()
    client.images.build(fileobj=_tarred(_context()), custom_context=True, tag=IMAGE, rm=True)
    archive = _tarred({f"submission/{path}": content for path, content in submission.items()}).getvalue()

    def verdict() -> int:
        container = client.containers.create(
            IMAGE, [*pytest, *OPTIONS], entrypoint="python", environment=dict(environment), **LIMITS
        )
        try:
            container.put_archive(FOLDER, archive)
            container.start()
            container.wait()
            return _passed(container)
        finally:
            container.remove(force=True)

    return verdict


def interpreter() -> str:
    """Return which Python the image has."""
    command = ["-c", "import sys; print(sys.version)"]
    output: bytes = docker.from_env().containers.run(SERVICE, command, entrypoint="python", remove=True)
    return output.decode().strip()


def _passed(container: "docker.models.containers.Container") -> int:
    stream, _ = container.get_archive(REPORT)
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as archive:
        report = json.load(archive.extractfile(archive.next()))
    return sum(test["outcome"] == "passed" for test in report["tests"])


def _context() -> Mapping[str, bytes]:
    """Return the image's build context; the plugin comes from this environment, so no registry is asked."""
    modules = [path for path in files(PLUGIN) or [] if path.suffix == ".py"]
    return {"Dockerfile": DOCKERFILE.encode(), **{path.as_posix(): path.read_binary() for path in modules}}


def _tarred(contents: Mapping[str, bytes]) -> io.BytesIO:
    """Return `contents` as a tar archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, content in contents.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    buffer.seek(0)
    return buffer
