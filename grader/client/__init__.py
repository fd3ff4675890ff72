"""The client: hands a project in over HTTP and follows it to its report."""

from grader.client.connection import Connection, ServiceError
from grader.client.packing import pack

__all__ = ["Connection", "ServiceError", "pack"]
