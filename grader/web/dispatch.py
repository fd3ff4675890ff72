"""The API and the pages as one application: a request goes to one or the other by its path."""

from starlette.types import ASGIApp, Receive, Scope, Send

from grader.usecases.context import Context
from grader.web.api import create_api
from grader.web.pages import create_pages
from grader.web.pages.page_context import PageContext

API_PATHS = ("/api/", "/health", "/metrics")


def create_web(context: Context, page_context: PageContext) -> ASGIApp:
    """Return the application that answers for programs and for people."""
    api, pages = create_api(context), create_pages(context, page_context)

    async def web(scope: Scope, receive: Receive, send: Send) -> None:
        is_page = scope["type"] == "http" and not scope["path"].startswith(API_PATHS)
        await (pages if is_page else api)(scope, receive, send)

    return web
