"""The worker: takes submissions from the queue, grades them, and publishes the verdicts."""

from grader.worker.worker import Worker, worker_name

__all__ = ["Worker", "worker_name"]
