"""The worker: takes submissions from the queue, grades them, and keeps what comes of it."""

from grader.worker.worker import Worker, worker_name

__all__ = ["Worker", "worker_name"]
