"""The application of the pages: it answers all paths that are not the API's."""

from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from starlette.middleware.gzip import GZipMiddleware

from grader.usecases.context import Context
from grader.web.api_error import ApiError, ErrorType, handle_errors
from grader.web.headers import NoNul, SizeCap, Trace
from grader.web.pages import (
    assets,
    assignment_page,
    code_page,
    compare_page,
    failures_page,
    handout_page,
    home_page,
    live_page,
    matrix_page,
    overview_page,
    patterns_page,
    rubric_page,
    sign_in_page,
    student_page,
    submission_page,
    theme_page,
)
from grader.web.pages.current_user import HOME, SignInFirst, delete_session_cookie, find_user
from grader.web.pages.page_context import PageContext
from grader.web.pages.same_origin import same_origin
from grader.web.pages.view import page

SMALLEST_TO_COMPRESS = 1_000  # bytes
COMPRESSION = 2  # of 9: large tables take a fifth of the time, and a fifth more bytes
STUDENTS = (
    home_page,
    assignment_page,
    handout_page,
    submission_page,
    code_page,
    live_page,
    compare_page,
)
STAFF = (overview_page, failures_page, matrix_page, rubric_page, student_page)
MODULES = (assets, sign_in_page, theme_page, *STUDENTS, *STAFF, patterns_page)
WITHOUT_STORE = {ErrorType.UNAVAILABLE, ErrorType.OUR_MISTAKE}  # their page asks the store for nothing


def create_pages(context: Context, page_context: PageContext) -> FastAPI:
    """Return the application that shows the pages of `page_context`."""
    app = FastAPI(openapi_url=None, redirect_slashes=False, dependencies=[Depends(same_origin)])
    app.state.context = context
    app.state.page_context = page_context
    for module in MODULES:
        app.include_router(module.router)
    app.add_exception_handler(SignInFirst, _sign_in_first)
    handle_errors(app, _show_error)
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_TO_COMPRESS, compresslevel=COMPRESSION)
    sizes = {"limit": context.upload_bytes, "archive_bytes": context.archive_bytes}
    app.add_middleware(SizeCap, **sizes, answer=_show_error)
    app.add_middleware(NoNul, answer=_show_error)
    app.add_middleware(Trace)
    return app


async def _sign_in_first(request: Request, error: Exception) -> Response:  # noqa: ARG001 - a handler's signature
    assert isinstance(error, SignInFirst)  # noqa: S101 - it is registered for this class
    query = "" if error.back == HOME else f"?{urlencode({'back': error.back})}"
    answer = RedirectResponse(f"/login{query}", 303)
    delete_session_cookie(answer)
    return answer


def _show_error(request: Request, error: ApiError) -> Response:
    """Return the page of an error, in the frame of who is signed in."""
    who = None if error.type in WITHOUT_STORE else find_user(request)
    answer = page(request, "problem.html.j2", who, error.type.status, problem=error)
    answer.headers.update(error.headers)
    return answer
