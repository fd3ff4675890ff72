"""The API: FastAPI routes over the store and the queue, made by one factory."""

from grader.web.api.app import create_api
from grader.web.api.context import Context

__all__ = ["Context", "create_api"]
