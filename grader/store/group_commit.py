"""The group commit: writers of the same moment share a transaction, and so one flush to the disk.

A commit waits for the disk, and SQLite allows one writer at a time: the last of fifty would wait for fifty
flushes. Here an item that arrives while a group is being written joins the next group. An item has its result
only after its group is committed.
"""

import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from grader.store.database import Database

LARGEST_GROUP = 64  # a bound on the wait of the first of a group

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class _Turn(Generic[Item, Result]):
    """An item that waits, and its result."""

    item: Item
    result: Future[Result] = field(default_factory=Future)


class GroupCommit(Generic[Item, Result]):
    """Writes items in groups, one group at a time. Any thread may call it."""

    def __init__(
        self,
        database: Database,
        keep: Callable[[Session, Sequence[Item]], Sequence[Result]],
        *,
        apart_by: Callable[[Item], Hashable],
        max_delay: float = 0.0,
    ) -> None:
        """Write each group by one call of `keep`, which returns a result for each item, in order.

        No group holds two items with the same `apart_by`: the second must see the changes of the first. Wait
        up to `max_delay` seconds for more items before committing.
        """
        self._database = database
        self._keep = keep
        self._apart_by = apart_by
        self._max_delay = max_delay
        self._waiting: deque[_Turn[Item, Result]] = deque()
        self._closing = threading.Event()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="group-commit")
        database.before_closing(self._close)

    def submit(self, item: Item) -> Future[Result]:
        """Return a future with the item's result, or with the error, once its group is committed."""
        turn: _Turn[Item, Result] = _Turn(item)
        self._waiting.append(turn)
        self._writer.submit(self._write)  # one call for each item: none stays in the queue
        return turn.result

    def _close(self) -> None:
        """Write the items that wait, and accept no more."""
        self._closing.set()
        self._writer.shutdown()

    def _write(self) -> None:
        """Write the next group, if an earlier call has left items."""
        if self._waiting and self._max_delay:
            self._closing.wait(self._max_delay)
        group = self._next_group()
        if group:
            self._settle(group)

    def _next_group(self) -> list[_Turn[Item, Result]]:
        group: dict[Hashable, _Turn[Item, Result]] = {}
        later = []
        while self._waiting and len(group) < LARGEST_GROUP:
            turn = self._waiting.popleft()
            mark = self._apart_by(turn.item)
            if mark in group:
                later.append(turn)
            elif turn.result.set_running_or_notify_cancel():
                group[mark] = turn
        self._waiting.extendleft(reversed(later))
        return list(group.values())

    def _settle(self, group: Sequence[_Turn[Item, Result]]) -> None:
        """Write a group; if an item makes that fail, write each item by itself."""
        is_begun = False
        try:
            with self._database.write() as session:
                session.connection()
                is_begun = True
                results = self._keep(session, [turn.item for turn in group])
                settled = list(zip(group, results, strict=True))
        except Exception as error:  # noqa: BLE001 - those who wait get it
            if len(group) > 1 and is_begun and not _is_cut_off(error):
                for turn in group:
                    self._settle([turn])
            else:
                for turn in group:
                    turn.result.set_exception(error)
        else:
            for turn, result in settled:
                turn.result.set_result(result)


def _is_cut_off(error: Exception) -> bool:
    """Return whether the connection was lost, which would fail every item again."""
    return isinstance(error, DBAPIError) and error.connection_invalidated
