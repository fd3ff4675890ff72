"""The `bwrap` runner: bubblewrap gives the zygote namespaces of its own, and the zygote forks into the jail.

Inside there is no network and no other process. The only files are the interpreter's, numpy's and the data
folders.
"""

import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.sandbox.forking import ROOT, ForkingKind
from grader.sandbox.runner import Allowance, Guarantee, SandboxError

OURS = ("grader/__init__.py", "grader/boundary", "grader/sandbox")
LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64")
NOBODY = "65534"
TEMPORARY = "/tmp"  # noqa: S108 - inside, it is empty and private
NAMESPACES = ("--unshare-all", "--unshare-user", "--uid", NOBODY, "--gid", NOBODY, "--hostname", "sandbox")


def wrap_in_bubblewrap(command: Sequence[str], allowance: Allowance) -> Sequence[str]:
    """Return `command` inside new namespaces. Raises SandboxError if bwrap is not installed."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        raise SandboxError("the command bwrap is not installed; install the package bubblewrap")
    mounts = [part for path in _visible(allowance) for part in _mount(path)]
    own = (
        "--die-with-parent",
        "--dev",
        "/dev",
        "--proc",
        "/proc",
        "--tmpfs",
        TEMPORARY,
        "--chdir",
        "/",
    )
    return [bwrap, *NAMESPACES, *own, *mounts, *command]


def _visible(allowance: Allowance) -> Iterator[Path]:
    """Yield the files and folders that are visible inside."""
    yield from map(Path, LIBRARIES)
    yield Path("/etc/ld.so.cache")
    yield Path(os.path.realpath(sys.executable))
    yield from {Path(sys.base_prefix) / "lib", Path(sysconfig.get_path("stdlib"))}
    packages = Path(sysconfig.get_path("platlib"))
    yield from (packages / "numpy", packages / "numpy.libs")
    yield from (ROOT / name for name in OURS)
    yield from allowance.folders.values()


def _mount(path: Path) -> Sequence[str]:
    """Return the options that show `path` inside, read-only; a link such as /lib stays a link."""
    if path.is_symlink():
        return ("--symlink", str(path.readlink()), str(path))
    return ("--ro-bind", str(path), str(path)) if path.exists() else ()


BWRAP = ForkingKind(
    name="bwrap",
    isolation="namespaces without network or other processes (bubblewrap), and the jail inside",
    guarantees=frozenset(Guarantee),
    wrap=wrap_in_bubblewrap,
)
