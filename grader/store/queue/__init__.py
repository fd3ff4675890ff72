"""The queue: which submission a worker takes next, behind one port with a dispatcher for each database.

The row of a submission is the truth. A dispatcher only brings it to a worker, and what a worker does with it
is fenced by the row's attempt, so a job that comes twice or late changes nothing.
"""

from grader.store.queue.interface import Queue, Stats, Work, WorkerInfo
from grader.store.queue.opening import open_queue

__all__ = ["Queue", "Stats", "Work", "WorkerInfo", "open_queue"]
