"""The system calls that a submission may make: an allow-list, compiled to a seccomp filter.

The list holds the calls of honest submissions, MNIST training included, and the calls by which the C library
may replace them on other machines. Every other call fails with EPERM. With `strict` it ends the process: so
tests find out whether the list is long enough. No entry creates a file, a socket, a process or a mapping of
another process's memory.

Source: Linux Documentation/userspace-api/seccomp_filter.rst; instruction set: linux/filter.h.
"""

import ctypes
import errno
import os
import signal
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from grader.sandbox.jail.kernel import (
    NO_SUCH_CALL,
    PR_GET_NAME,
    PR_SET_NAME,
    PR_SET_VMA,
    architecture,
    number_of,
    system_call,
)

CREATING_OPEN_FLAGS = (
    os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | 0o20000000
)  # O_TMPFILE
THREAD_FLAGS = 0x100 | 0x800 | 0x10000  # CLONE_VM, CLONE_SIGHAND, CLONE_THREAD
NAMESPACE_FLAGS = 0x7E020000 | 0x80  # CLONE_NEW* and CLONE_NEWTIME
HARMLESS_IOCTLS = (0x5401, 0x5421, 0x541B, 0x5450, 0x5451)  # TCGETS, FIONBIO, FIONREAD, FIONCLEX, FIOCLEX
HARMLESS_FCNTLS = (0, 1, 2, 3, 4, 1030)  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC


@dataclass(frozen=True)
class OneOf:
    """Argument number `argument` is one of `values`."""

    argument: int
    values: tuple[int, ...]


@dataclass(frozen=True)
class Without:
    """Argument number `argument` has none of the bits `bits`."""

    argument: int
    bits: int


@dataclass(frozen=True)
class With:
    """Argument number `argument` has all of the bits `bits`."""

    argument: int
    bits: int


@dataclass(frozen=True)
class Not:
    """The low word of argument number `argument`, which the kernel reads as an int, is not `value`."""

    argument: int
    value: int


class OwnProcess:
    """The first argument is this process's number."""


Condition = OneOf | Without | With | Not | OwnProcess

ALLOWED: Mapping[str, tuple[Condition, ...]] = MappingProxyType(
    {
        # memory
        **dict.fromkeys(("brk", "mmap", "munmap", "mremap", "mprotect", "madvise", "mbind"), ()),
        # files, for reading; Landlock decides which ones
        "openat": (Without(2, CREATING_OPEN_FLAGS),),
        **dict.fromkeys(("close", "read", "readv", "pread64", "lseek", "getdents64", "getcwd"), ()),
        **dict.fromkeys(("fstat", "newfstatat", "stat", "lstat", "statx", "readlink", "readlinkat"), ()),
        **dict.fromkeys(("access", "faccessat", "faccessat2", "dup", "dup2", "dup3"), ()),
        "ioctl": (OneOf(1, HARMLESS_IOCTLS),),
        "fcntl": (OneOf(1, HARMLESS_FCNTLS),),
        # its output, and its one socket
        **dict.fromkeys(("write", "writev", "recvfrom", "shutdown", "getsockname", "getsockopt"), ()),
        "sendto": (OneOf(4, (0,)),),  # to where the socket is connected
        **dict.fromkeys(("poll", "ppoll", "select", "pselect6"), ()),
        # threads of its own, and signals to itself
        "clone": (With(0, THREAD_FLAGS), Without(0, NAMESPACE_FLAGS)),
        **dict.fromkeys(("futex", "set_robust_list", "rseq", "gettid", "sched_yield", "exit"), ()),
        **dict.fromkeys(("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack"), ()),
        **dict.fromkeys(("restart_syscall", "exit_group"), ()),
        "kill": (OwnProcess(), Not(1, signal.SIGKILL)),  # so a SIGKILL is never the submission's own
        "tgkill": (OwnProcess(), Not(2, signal.SIGKILL)),
        "prctl": (OneOf(0, (PR_SET_NAME, PR_GET_NAME, PR_SET_VMA)),),
        # time
        **dict.fromkeys(("clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep"), ()),
        **dict.fromkeys(("gettimeofday", "times", "getrusage"), ()),
        # questions about itself
        **dict.fromkeys(("getpid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getgroups"), ()),
        **dict.fromkeys(("uname", "sysinfo", "getcpu", "sched_getaffinity", "getrlimit", "getrandom"), ()),
        "prlimit64": (OneOf(2, (0,)),),  # reads limits, sets none
    }
)

# Instructions of the classic packet filter, on struct seccomp_data {int nr; u32 arch; u64 ip; u64 args[6]}.
LOAD = 0x20  # a word at an offset
JUMP_EQUAL = 0x15
JUMP_ANY_BIT = 0x45
RETURN = 0x06
CALL_NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets
ALLOW, FAIL, KILL = 0x7FFF0000, 0x00050000, 0x80000000

SET_MODE_FILTER = 1
ALL_THREADS = 1

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, constant


def restrict_system_calls(*, strict: bool = False) -> None:
    """Allow this process the list above and nothing else, for good. Raises OSError.

    The process must have set PR_SET_NO_NEW_PRIVS before.
    """
    instructions = list(_program(os.getpid(), KILL if strict else FAIL | errno.EPERM))
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(instructions), ctypes.addressof(buffer))
    system_call("seccomp", SET_MODE_FILTER, ALL_THREADS, program)


def _program(own_process: int, otherwise: int) -> Iterator[Instruction]:
    """Yield the filter: for each allowed call its conditions, then `otherwise`."""
    number, _ = architecture()
    yield LOAD, 0, 0, ARCHITECTURE
    yield JUMP_EQUAL, 1, 0, number
    yield RETURN, 0, 0, KILL
    yield LOAD, 0, 0, CALL_NUMBER
    yield from _on_call(
        "clone3", [(RETURN, 0, 0, FAIL | errno.ENOSYS)]
    )  # its flags are out of reach: use clone
    for name, conditions in ALLOWED.items():
        checks = [check for condition in conditions for check in _check(condition, own_process, otherwise)]
        yield from _on_call(name, [*checks, (RETURN, 0, 0, ALLOW)])
    yield RETURN, 0, 0, otherwise


def _on_call(name: str, then: Sequence[Instruction]) -> Iterator[Instruction]:
    """Yield: if the call's number, which is loaded, is that of `name`, then `then`, which returns."""
    number = number_of(name)
    if number != NO_SUCH_CALL:
        yield JUMP_EQUAL, 0, len(then), number
        yield from then


def _check(condition: Condition, own_process: int, otherwise: int) -> Iterator[Instruction]:
    """Yield: return `otherwise` unless `condition` holds. For bits, only an argument's low word counts."""
    refuse = (RETURN, 0, 0, otherwise)
    match condition:
        case OwnProcess():
            yield from _check(OneOf(0, (own_process,)), own_process, otherwise)
        case OneOf(argument, values):
            yield LOAD, 0, 0, _low_word(argument)
            for left, value in zip(range(len(values) - 1, -1, -1), values, strict=True):
                yield JUMP_EQUAL, left + 1, 0, value
            yield refuse
            yield LOAD, 0, 0, _low_word(argument) + 4
            yield JUMP_EQUAL, 1, 0, 0
            yield refuse
        case Without(argument, bits):
            yield LOAD, 0, 0, _low_word(argument)
            yield JUMP_ANY_BIT, 0, 1, bits
            yield refuse
        case Not(argument, value):
            yield LOAD, 0, 0, _low_word(argument)
            yield JUMP_EQUAL, 0, 1, value
            yield refuse
        case With(argument, bits):
            for bit in (1 << place for place in range(32) if bits >> place & 1):
                yield LOAD, 0, 0, _low_word(argument)
                yield JUMP_ANY_BIT, 1, 0, bit
                yield refuse


def _low_word(argument: int) -> int:
    return ARGUMENTS + 8 * argument
