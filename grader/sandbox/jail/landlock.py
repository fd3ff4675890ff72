"""The files that a submission may read: a Landlock ruleset, made once and then enforced by each process.

Under it nothing can be written, made or removed anywhere, no TCP connection opened, no signal sent to and no
abstract socket used of a process outside. How much of that the kernel knows depends on its Landlock version.

Source: Linux Documentation/userspace-api/landlock.rst.
"""

import os
import stat
import struct
from collections.abc import Iterable

from grader.sandbox.jail.kernel import Unsupported, system_call

EXECUTE, READ_FILE, READ_FOLDER = 1 << 0, 1 << 2, 1 << 3
FIRST_RIGHTS = (1 << 13) - 1  # of files and folders, in version 1
LATER_RIGHTS = {2: 1 << 13, 3: 1 << 14, 5: 1 << 15}  # REFER, TRUNCATE, IOCTL_DEV
TCP, TCP_SINCE = 0b11, 4  # bind and connect
SCOPES, SCOPES_SINCE = 0b11, 6  # abstract unix sockets and signals of processes outside
GET_VERSION = 1
PATH_BENEATH = 1


class Ruleset:
    """An open ruleset: it forbids all use of files beyond `allow_reading` and `allow_listing`."""

    def __init__(self) -> None:
        """Make it. Raises Unsupported where the kernel has no Landlock."""
        version = landlock_version()
        if not version:
            raise Unsupported("the kernel has no Landlock, or it is switched off: see the boot option lsm=")
        rights = FIRST_RIGHTS | sum(right for since, right in LATER_RIGHTS.items() if version >= since)
        fields = [rights]
        if version >= TCP_SINCE:
            fields.append(TCP)
        if version >= SCOPES_SINCE:
            fields.append(SCOPES)
        attributes = struct.pack(f"={len(fields)}Q", *fields)
        self.descriptor = system_call("landlock_create_ruleset", attributes, len(attributes), 0)

    def allow_reading(self, paths: Iterable[str]) -> None:
        """Allow to read and map the files `paths`, and all below those of them that are folders."""
        for path in paths:
            self._allow(path, EXECUTE | READ_FILE | READ_FOLDER)

    def allow_listing(self, folder: str) -> None:
        """Allow to list `folder` and all folders below."""
        self._allow(folder, READ_FOLDER)

    def enforce(self) -> None:
        """Put this process, and all that it will start, under the ruleset for good. Raises OSError."""
        system_call("landlock_restrict_self", self.descriptor, 0)
        os.close(self.descriptor)

    def _allow(self, path: str, rights: int) -> None:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
                rights &= ~READ_FOLDER
            system_call(
                "landlock_add_rule", self.descriptor, PATH_BENEATH, struct.pack("=Qi", rights, descriptor), 0
            )
        finally:
            os.close(descriptor)


def landlock_version() -> int:
    """Return the version of Landlock that the kernel offers; 0 is none."""
    try:
        return system_call("landlock_create_ruleset", 0, 0, GET_VERSION)
    except Unsupported:
        raise
    except OSError:
        return 0
