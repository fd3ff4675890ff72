"""What the engine is asked for at a container's creation: all limits, and everything that is taken away."""

import os
import socket
from collections.abc import Mapping
from typing import Any

from docker import APIClient
from docker.types import LogConfig, Ulimit

from grader.sandbox.docker.engine import LABEL, OWNER_LABEL
from grader.sandbox.docker.kind import PROCESSES, UID
from grader.sandbox.environment import STUDENT_END, student_environment
from grader.sandbox.limited import DESCRIPTORS, FILE_BYTES

HOME = "/submission"
INTERPRETER = ("/opt/sandbox/bin/python", "-P", "-s", "-B", "-m", "grader.sandbox.contained")
NO_ENVIRONMENT = ("/usr/bin/env", "-i")  # the image has variables of its own
NANO = 10**9
ULIMITS = {"core": 0, "nofile": DESCRIPTORS, "fsize": FILE_BYTES, "memlock": 0, "msgqueue": 0}


def specify(
    api: APIClient, image: str, runtime: str | None, memory: int, variables: Mapping[str, str]
) -> dict[str, Any]:
    """Return the arguments of `create_container`: `memory` in bytes, `variables` for the environment."""
    environment = {**student_environment(HOME), **variables}
    return {
        "image": image,
        "entrypoint": [*NO_ENVIRONMENT, *(f"{key}={value}" for key, value in environment.items())],
        "command": [*INTERPRETER, str(memory), STUDENT_END],
        "working_dir": HOME,
        "user": f"{UID}:{UID}",
        "detach": False,  # so that standard input is closed when the one client that is attached goes
        "stdin_open": True,
        "labels": {LABEL: "1", OWNER_LABEL: f"{socket.gethostname()}:{os.getpid()}"},
        "host_config": api.create_host_config(
            auto_remove=True,
            runtime=runtime,
            network_mode="none",
            ipc_mode="none",  # with its own there would be a writable /dev/shm
            read_only=True,
            tmpfs={"/tmp": "ro,noexec,nosuid,nodev,size=4k"},  # noqa: S108 - else gVisor mounts a writable one
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            mem_limit=memory,
            memswap_limit=memory,
            pids_limit=PROCESSES,
            nano_cpus=NANO,
            ulimits=[Ulimit(name=name, soft=limit, hard=limit) for name, limit in ULIMITS.items()],
            log_config=LogConfig(type=LogConfig.types.NONE),  # what is printed fills no disk
        ),
    }
