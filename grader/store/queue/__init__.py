"""The queue: chooses the submission that a worker takes next; one port, a dispatcher for each database.

The `submissions` row is the source of truth; the queue only delivers ids. The row's attempt fences the work
of a worker, so a job that arrives twice or late changes nothing.
"""

from grader.store.queue.port import Queue, Stats, Work, WorkerInfo
from grader.store.queue.selection import open_queue

__all__ = ["Queue", "Stats", "Work", "WorkerInfo", "open_queue"]
