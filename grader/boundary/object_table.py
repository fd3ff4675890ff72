"""The objects of a submission by their handles, the numbers by which both ends name an object.

Runs in the submission's process. The trusted end chooses positive numbers for results that it does not wait
for; this end names other objects by negative numbers.
"""

from typing import Any

from grader.boundary.header import write_plain

TYPE_CHARACTERS = 80


class ObjectTable:
    """Keeps the objects that the trusted end may name.

    `sent` is the number of messages that this end has sent.
    """

    def __init__(self) -> None:
        self.sent = 0
        self._objects: dict[int, Any] = {}
        self._handles: dict[int, int] = {}  # id() of an object -> its handle
        self._mentions: dict[int, int] = {}  # handle -> the number of the last message that named it
        self._types: dict[int, str] = {}  # handle -> the first name of its type; Python lets a type change
        self._own_handles = 0

    def get(self, handle: int) -> Any:
        """Return the object with that handle; None if there is none."""
        return self._objects.get(handle)

    def keep(self, handle: int, value: Any) -> None:
        """Keep an object under that handle."""
        self._objects[handle] = value
        self._handles.setdefault(id(value), handle)

    def refer(self, value: Any) -> str:
        """Return the JSON that names an object; an object without a handle gets one."""
        handle = self._handles.get(id(value))
        if handle is None:
            self._own_handles -= 1
            handle = self._own_handles
            self.keep(handle, value)
        self._mentions[handle] = self.sent + 1
        kind = self._types.setdefault(handle, type(value).__name__[:TYPE_CHARACTERS])
        return f'{{"handle":{handle},"type":{write_plain(kind)}}}'

    def drop(self, handles: list[int], seen: int) -> None:
        """Forget objects that the other side forgot after it had seen that many messages of this side."""
        for handle in handles:
            if self._mentions.get(handle, 0) > seen:  # a later message names it, so it is in use again
                continue
            self._types.pop(handle, None)
            gone = self._objects.pop(handle, None)
            if self._handles.get(id(gone)) == handle:
                del self._handles[id(gone)]

    def clear(self) -> None:
        """Forget all objects."""
        self._objects.clear()
        self._handles.clear()
        self._mentions.clear()
        self._types.clear()
