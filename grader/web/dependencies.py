"""Values that FastAPI hands to routes of the API and of the pages: the context, and the cookie's name."""

from typing import Annotated, cast

from fastapi import Depends, Request

from grader.usecases.context import Context

SESSION_COOKIE = "grader_sign_in"
SAFE_METHODS = frozenset(["GET", "HEAD"])


async def context_of(request: Request) -> Context:
    """Return the context of the application."""
    return cast("Context", request.app.state.context)


def client_address(request: Request) -> str:
    """Return the address of the client; empty if the server does not know it."""
    return request.client.host if request.client else ""


InContext = Annotated[Context, Depends(context_of)]
