"""The jail: restricts the present process, so that its next code can only compute and answer.

It needs no root, no namespaces and no container, and works inside all of them. Its parts, in the order in
which a process enters them: resource limits; another user, if this is root; no tracing, death with the
parent, no new privileges; Landlock (files); seccomp (system calls).

It does not cover CPU time, which the trusted side bounds by killing the process; the memory of all
submissions together; and faults of the kernel. Where Landlock is older than version 6, only seccomp stops
signals to processes of the same user.
"""

from collections.abc import Iterable

from grader.sandbox.jail.installation import folders_to_list, paths_to_read
from grader.sandbox.jail.landlock import Ruleset
from grader.sandbox.jail.privileges import DESCRIPTORS, FILE_BYTES, become_nobody, cut_ties
from grader.sandbox.jail.seccomp import restrict_system_calls
from grader.sandbox.process_limits import set_limits

__all__ = ["Jail"]


class Jail:
    """The restrictions for processes that are forked later, made in advance so that entering is quick."""

    def __init__(self, memory: int, folders: Iterable[str] = (), *, strict: bool = False) -> None:
        """Allow `memory` bytes of address space, and reading of the interpreter, numpy and `folders`.

        `strict` ends a process that makes a call that is not allowed. Raises Unsupported, OSError.
        """
        self._memory = memory
        self._strict = strict
        self._paths = [*paths_to_read(), *folders]
        self._ruleset = Ruleset()
        self._ruleset.allow_reading(self._paths)
        for folder in folders_to_list():
            self._ruleset.allow_listing(folder)

    @property
    def descriptor(self) -> int:
        """The open descriptor that a process needs to enter."""
        return self._ruleset.descriptor

    def enter(self, parent: int) -> None:
        """Restrict this process for good; it ends when the process `parent` does. Raises OSError."""
        set_limits(self._memory, DESCRIPTORS, FILE_BYTES)
        become_nobody(self._paths)
        cut_ties(parent)
        self._ruleset.enforce()
        restrict_system_calls(strict=self._strict)
