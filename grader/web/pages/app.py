"""The application of the pages: it stands behind the API and answers all other paths."""

from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from starlette.middleware.gzip import GZipMiddleware

from grader.web.api.context import Context
from grader.web.api.headers import NoNul, SizeCap, Trace
from grader.web.api.problems import Problem, handle_problems
from grader.web.pages import (
    assets,
    assignment,
    comparison,
    home,
    live,
    matrix,
    overview,
    patterns,
    rubric,
    signin,
    student,
    submission,
)
from grader.web.pages.same_origin import same_origin
from grader.web.pages.site import Site
from grader.web.pages.view import page
from grader.web.pages.visitor import HOME, SignInFirst, forget

SMALLEST_TO_COMPRESS = 1_000  # bytes
COMPRESSION = 2  # of 9: large tables take a fifth of the time, and a fifth more bytes
STUDENTS = (home, assignment, submission, live, comparison)
STAFF = (overview, matrix, rubric, student)
MODULES = (assets, signin, *STUDENTS, *STAFF, patterns)


def create_pages(context: Context, site: Site) -> FastAPI:
    """Return the application that shows the pages of `site`."""
    app = FastAPI(openapi_url=None, redirect_slashes=False, dependencies=[Depends(same_origin)])
    app.state.context = context
    app.state.site = site
    for module in MODULES:
        app.include_router(module.router)
    app.add_exception_handler(SignInFirst, _sign_in_first)
    handle_problems(app, _shown)
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_TO_COMPRESS, compresslevel=COMPRESSION)
    sizes = {"limit": context.upload_bytes, "archive_bytes": context.archive_bytes}
    app.add_middleware(SizeCap, **sizes, answer=_shown)
    app.add_middleware(NoNul, answer=_shown)
    app.add_middleware(Trace)
    return app


async def _sign_in_first(request: Request, error: Exception) -> Response:  # noqa: ARG001 - a handler's signature
    assert isinstance(error, SignInFirst)  # noqa: S101 - it is registered for this class
    query = "" if error.back == HOME else f"?{urlencode({'back': error.back})}"
    answer = RedirectResponse(f"/login{query}", 303)
    forget(answer)
    return answer


def _shown(request: Request, problem: Problem) -> Response:
    """Return the page that says what is wrong and what to do."""
    answer = page(request, "problem.html.j2", None, problem.kind.status, problem=problem)
    answer.headers.update(problem.headers)
    return answer
