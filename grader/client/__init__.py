"""The client: hands a project in over HTTP and follows it to its report."""

from grader.client.packing import pack
from grader.client.service_client import ServiceClient, ServiceError

__all__ = ["ServiceClient", "ServiceError", "pack"]
