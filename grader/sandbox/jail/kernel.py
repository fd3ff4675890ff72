"""The parts of the Linux kernel's interface that Python's library lacks: numbers and raw calls.

Runs in the submission's process before it is confined, so it imports only the standard library.
"""

import ctypes
import os
import platform
import sys
from collections.abc import Mapping
from types import MappingProxyType

# Of each architecture: its number in a seccomp filter (AUDIT_ARCH_*), and its column in the table below.
ARCHITECTURES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
)
NO_SUCH_CALL = -1  # aarch64 lacks the older calls, which have successors with other names
SYSTEM_CALLS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        # name: (number on x86_64, number on aarch64)
        "access": (21, NO_SUCH_CALL),
        "brk": (12, 214),
        "capset": (126, 91),
        "clock_getres": (229, 114),
        "clock_gettime": (228, 113),
        "clock_nanosleep": (230, 115),
        "clone": (56, 220),
        "clone3": (435, 435),
        "close": (3, 57),
        "dup": (32, 23),
        "dup2": (33, NO_SUCH_CALL),
        "dup3": (292, 24),
        "exit": (60, 93),
        "exit_group": (231, 94),
        "faccessat": (269, 48),
        "faccessat2": (439, 439),
        "fcntl": (72, 25),
        "fstat": (5, 80),
        "futex": (202, 98),
        "getcpu": (309, 168),
        "getcwd": (79, 17),
        "getdents64": (217, 61),
        "getegid": (108, 177),
        "geteuid": (107, 175),
        "getgid": (104, 176),
        "getgroups": (115, 158),
        "getpid": (39, 172),
        "getppid": (110, 173),
        "getrandom": (318, 278),
        "getrlimit": (97, 163),
        "getrusage": (98, 165),
        "getsockname": (51, 204),
        "getsockopt": (55, 209),
        "gettid": (186, 178),
        "gettimeofday": (96, 169),
        "getuid": (102, 174),
        "ioctl": (16, 29),
        "kill": (62, 129),
        "landlock_add_rule": (445, 445),
        "landlock_create_ruleset": (444, 444),
        "landlock_restrict_self": (446, 446),
        "lseek": (8, 62),
        "lstat": (6, NO_SUCH_CALL),
        "madvise": (28, 233),
        "mbind": (237, 235),
        "mmap": (9, 222),
        "mprotect": (10, 226),
        "mremap": (25, 216),
        "munmap": (11, 215),
        "nanosleep": (35, 101),
        "newfstatat": (262, 79),
        "openat": (257, 56),
        "poll": (7, NO_SUCH_CALL),
        "ppoll": (271, 73),
        "prctl": (157, 167),
        "pread64": (17, 67),
        "prlimit64": (302, 261),
        "pselect6": (270, 72),
        "read": (0, 63),
        "readlink": (89, NO_SUCH_CALL),
        "readlinkat": (267, 78),
        "readv": (19, 65),
        "recvfrom": (45, 207),
        "restart_syscall": (219, 128),
        "rseq": (334, 293),
        "rt_sigaction": (13, 134),
        "rt_sigprocmask": (14, 135),
        "rt_sigreturn": (15, 139),
        "sched_getaffinity": (204, 123),
        "sched_yield": (24, 124),
        "seccomp": (317, 277),
        "select": (23, NO_SUCH_CALL),
        "sendto": (44, 206),
        "set_robust_list": (273, 99),
        "shutdown": (48, 210),
        "sigaltstack": (131, 132),
        "stat": (4, NO_SUCH_CALL),
        "statx": (332, 291),
        "sysinfo": (99, 179),
        "tgkill": (234, 131),
        "times": (100, 153),
        "uname": (63, 160),
        "write": (1, 64),
        "writev": (20, 66),
    }
)

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_SET_NAME = 15
PR_GET_NAME = 16
PR_SET_NO_NEW_PRIVS = 38
PR_SET_VMA = 0x53564D41  # by which glibc names its memory


class Unsupported(OSError):  # noqa: N818 - the name is the fact
    """This machine's kernel or architecture lacks something that the jail needs."""


def architecture() -> tuple[int, int]:
    """Return the number and the column of this machine's architecture. Raises Unsupported."""
    machine = platform.machine()
    if sys.platform != "linux" or machine not in ARCHITECTURES:
        raise Unsupported(f"the jail is made for Linux on {' and '.join(ARCHITECTURES)}, not for {machine}")
    return ARCHITECTURES[machine]


def number_of(name: str) -> int:
    """Return the number of a system call here, or NO_SUCH_CALL."""
    _, column = architecture()
    return SYSTEM_CALLS[name][column]


def system_call(name: str, *arguments: object) -> int:
    """Make a system call that Python does not offer; return its result. Raises OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    converted = [ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments]
    result: int = library.syscall(number_of(name), *converted)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return result


def control_process(option: int, *arguments: int) -> None:
    """Call prctl(option, ...), the missing arguments being 0. Raises OSError."""
    system_call("prctl", option, *arguments, *[0] * (4 - len(arguments)))
