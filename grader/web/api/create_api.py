"""The application of the API: routes, error handlers and middleware, around one context."""

from fastapi import APIRouter, FastAPI

from grader import __doc__ as what_it_is
from grader.usecases.context import Context
from grader.web.api import (
    assignment_routes,
    audit_routes,
    event_routes,
    health_routes,
    report_routes,
    submission_routes,
)
from grader.web.api.bodies import ProblemBody
from grader.web.api.submission_body import PREFIX
from grader.web.api_error import handle_errors
from grader.web.headers import NoNul, SizeCap, Trace

VERSION = "1"


def create_api(context: Context) -> FastAPI:
    """Return the application that answers with the parts of `context`."""
    app = FastAPI(
        title="Grader",
        description=what_it_is or "",
        version=VERSION,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # its page would load scripts from another host
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.context = context
    api = APIRouter(prefix=PREFIX)
    for module in (submission_routes, report_routes, event_routes, assignment_routes, audit_routes):
        api.include_router(module.router)
    app.include_router(api)
    app.include_router(health_routes.router)
    handle_errors(app)
    app.add_middleware(SizeCap, limit=context.upload_bytes, archive_bytes=context.archive_bytes)
    app.add_middleware(NoNul)
    app.add_middleware(Trace)
    _describe_errors(app)
    return app


def _describe_errors(app: FastAPI) -> None:
    """Add the body of errors, which no route returns by itself, to the OpenAPI description."""
    described = app.openapi()
    described["components"]["schemas"]["ProblemBody"] = ProblemBody.model_json_schema()
