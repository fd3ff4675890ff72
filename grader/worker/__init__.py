"""The worker: takes submissions from the queue, grades them, and keeps what comes of it."""

from grader.worker.grading import Grader
from grader.worker.worker import Worker, worker_name

__all__ = ["Grader", "Worker", "worker_name"]
