"""The API: FastAPI routes over the store and the queue, made by one factory."""

from grader.web.api.create_api import create_api

__all__ = ["create_api"]
