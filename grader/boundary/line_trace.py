"""The lines of a submission that run between two moments, noted by Python's own hook for debuggers.

Runs in the submission's process, so it imports only the standard library. The submission may switch the hook
off or note anything: the lines are shown, and no score depends on them.
"""

import sys
from collections.abc import Collection
from types import CodeType, FrameType
from typing import Any

MOST_FUNCTIONS = 5_000

Noted = list[list[Any]]  # of each function: its file, its name, its first line and its lines that ran


class LineTrace:
    """Notes lines of the submission's files, from `start` on, in this thread."""

    def __init__(self) -> None:
        """Note nothing yet."""
        self._files: Collection[str] = ()
        self._is_on = False
        self._is_whole = False
        self._functions: dict[int, _Function] = {}

    def start(self, files: Collection[str]) -> None:
        """Note the lines of `files` from the next `clear` on."""
        self._files = files
        self._is_on = True

    def clear(self) -> None:
        """Forget all lines, and begin again where the hook was switched off."""
        if self._is_on:
            self._functions.clear()
            self._is_whole = True
            sys.settrace(self._enter)

    def noted(self) -> Noted | None:
        """Return the lines that ran since `clear`; None if some of them may be missing."""
        if not self._is_whole or sys.gettrace() != self._enter:
            return None
        return [each.noted() for each in self._functions.values() if each.lines]

    def _enter(self, frame: FrameType, event: str, argument: object) -> Any:
        """Return the hook for the lines of a call, or None for code that is not the submission's."""
        del event, argument
        code = frame.f_code
        if code.co_filename not in self._files:
            return None
        function = self._functions.get(id(code)) or self._add(code)
        return None if function is None or function.is_done else function.note

    def _add(self, code: CodeType) -> "_Function | None":
        if len(self._functions) >= MOST_FUNCTIONS:
            self._is_whole = False
            return None
        function = self._functions[id(code)] = _Function(code)
        return function


class _Function:
    """The lines of one function that ran. It holds the code, so that its id stays its own."""

    def __init__(self, code: CodeType) -> None:
        """Begin without any line."""
        self.lines: set[int] = set()
        self._code = code
        self._most = len({line for _, _, line in code.co_lines() if line is not None})

    @property
    def is_done(self) -> bool:
        """Whether all lines have run, so that later calls need no hook."""
        return len(self.lines) >= self._most

    def note(self, frame: FrameType, event: str, argument: object) -> Any:
        """Note the line that runs next."""
        del argument
        if event == "line":
            self.lines.add(frame.f_lineno)
        return self.note

    def noted(self) -> list[Any]:
        """Return file, name, first line and lines."""
        code = self._code
        return [code.co_filename, code.co_qualname, code.co_firstlineno, sorted(self.lines)]
