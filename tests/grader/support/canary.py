"""Targets that attacks may not reach: services, a private file, a variable."""

import contextlib
import ctypes
import os
import secrets
import socket
import threading
from pathlib import Path

import pytest

WRITABLE = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - where attacks leave files
REMOVE = 0  # IPC_RMID


@contextlib.contextmanager
def canaries(folder):
    """Set everything up, its file in `folder`; yield the variables that tell attacks their targets."""
    name = f"grader-attack-{secrets.token_hex(8)}"
    number = secrets.randbits(30) + 1
    file = folder / name
    file.write_text("private\n")
    file.chmod(0o600)
    with (
        service(socket.AF_INET, ("127.0.0.1", 0)) as (_, port),
        service(socket.AF_UNIX, f"\0{name}"),
        pytest.MonkeyPatch.context() as environment,
        contextlib.ExitStack() as afterwards,
    ):
        afterwards.callback(clean_up, name, number)
        environment.setenv(f"GRADER_CANARY_{number}", "secret")
        yield {
            "NAME": name,
            "NUMBER": number,
            "FILE": str(file),
            "PORT": port,
            "VARIABLE": f"GRADER_CANARY_{number}",
            "TEST_PROCESS": os.getpid(),
        }


@contextlib.contextmanager
def service(family, address):
    """Greet whoever connects to `address`; yield the address that was bound."""
    with socket.socket(family) as listener:
        listener.bind(address)
        listener.listen()
        threading.Thread(target=greet, args=(listener,), daemon=True).start()
        yield listener.getsockname()
        listener.shutdown(socket.SHUT_RDWR)


def greet(listener):
    """Say hello to everybody, until the listener is closed."""
    with contextlib.suppress(OSError):
        while True:
            with listener.accept()[0] as caller:
                caller.send(b"hello")


def clean_up(name, number):
    """Remove the files and the shared memory that attacks left."""
    for folder in WRITABLE:
        Path(folder, name).unlink(missing_ok=True)
    libc = ctypes.CDLL(None)
    segment = libc.shmget(number, 0, 0)
    if segment != -1:
        libc.shmctl(segment, REMOVE, None)
