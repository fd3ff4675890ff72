"""The application: routes, error handlers and what wraps them, around one context."""

from fastapi import APIRouter, FastAPI

from grader import __doc__ as what_it_is
from grader.web.api import assignments, audit, events, health, reports, submissions
from grader.web.api.bodies import ProblemBody
from grader.web.api.context import Context
from grader.web.api.headers import NoNul, SizeCap, Trace
from grader.web.api.problems import handle_problems
from grader.web.api.showing import PREFIX

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
    for module in (submissions, reports, events, assignments, audit):
        api.include_router(module.router)
    app.include_router(api)
    app.include_router(health.router)
    handle_problems(app)
    app.add_middleware(SizeCap, limit=context.upload_bytes, archive_bytes=context.archive_bytes)
    app.add_middleware(NoNul)
    app.add_middleware(Trace)
    _describe_problems(app)
    return app


def _describe_problems(app: FastAPI) -> None:
    """Add the body of errors, which no route returns by itself, to what OpenAPI describes."""
    described = app.openapi()
    described["components"]["schemas"]["ProblemBody"] = ProblemBody.model_json_schema()
