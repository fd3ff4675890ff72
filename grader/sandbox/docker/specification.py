"""The arguments with which the engine creates a container: limits, and no rights beyond computing."""

import json
import os
import socket
from typing import Any

from docker import APIClient
from docker.types import LogConfig, Ulimit

from grader.sandbox.docker.engine import LABEL, OWNER_LABEL
from grader.sandbox.docker.options import PROCESSES, UID, DockerOptions
from grader.sandbox.environment import student_environment
from grader.sandbox.jail.privileges import DESCRIPTORS
from grader.sandbox.runner import Allowance

HOME = "/submission"
INTERPRETER = ("/opt/sandbox/bin/python", "-P", "-s", "-B")
MAIN = """
import sys
from grader.boundary.submission_server import serve_pipes
from grader.sandbox.contained import main
main(serve_pipes, sys.argv[1])
"""
NO_ENVIRONMENT = ("/usr/bin/env", "-i")  # the image has variables of its own
NANO = 10**9
ULIMITS = {"core": 0, "nofile": DESCRIPTORS, "fsize": 0, "memlock": 0, "msgqueue": 0}


def specify(api: APIClient, image: str, options: DockerOptions, allowance: Allowance) -> dict[str, Any]:
    """Return the arguments of `create_container` for `allowance`, whose folders are the container's own."""
    environment = student_environment(HOME, allowance)
    return {
        "image": image,
        "entrypoint": [*NO_ENVIRONMENT, *(f"{name}={value}" for name, value in environment.items())],
        "command": [*INTERPRETER, "-c", MAIN, _settings(options, allowance)],
        "working_dir": HOME,
        "user": f"{UID}:{UID}",
        "detach": False,  # so that standard input is closed when the one client that is attached goes
        "stdin_open": True,
        "labels": {LABEL: "1", OWNER_LABEL: f"{socket.gethostname()}:{os.getpid()}"},
        "host_config": api.create_host_config(
            auto_remove=True,
            runtime=options.runtime,
            network_mode="none",
            ipc_mode="none",  # with its own there would be a writable /dev/shm
            read_only=True,
            tmpfs={"/tmp": "ro,noexec,nosuid,nodev,size=4k"},  # noqa: S108 - else gVisor mounts a writable one
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            mem_limit=allowance.memory,
            memswap_limit=allowance.memory,
            pids_limit=PROCESSES,
            nano_cpus=NANO,
            ulimits=[Ulimit(name=name, soft=limit, hard=limit) for name, limit in ULIMITS.items()],
            log_config=LogConfig(type=LogConfig.types.NONE),  # what is printed fills no disk
        ),
    }


def _settings(options: DockerOptions, allowance: Allowance) -> str:
    """Return the settings of the first process in the container, as JSON."""
    folders = [str(folder) for folder in allowance.folders.values()]
    return json.dumps({"memory": allowance.memory, "folders": folders, "jailed": options.is_jailed})
