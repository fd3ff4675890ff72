"""The route of a report: the same verdict as JSON, text, HTML or in the format of pytest-json-report."""

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Response

from grader.core.pytest_report import to_report
from grader.core.reading import from_document
from grader.render.html import render_html, stylesheet_hash
from grader.render.plain_text import render_text
from grader.usecases.show import show_report
from grader.web.api.accept import choose_media_type
from grader.web.api.auth import SignedIn
from grader.web.api.bodies import describe_errors
from grader.web.api_error import ApiError, ErrorType
from grader.web.dependencies import InContext

Form = Literal["json", "text", "html", "pytest"]
JSON, TEXT, HTML = "application/json", "text/plain", "text/html"
PYTEST = "application/vnd.pytest-json-report+json"
SCHEMA = {"type": "object", "description": "See docs/report.schema.json.", "additionalProperties": True}
FORMS = {
    JSON: {"schema": SCHEMA},
    TEXT: {"schema": {"type": "string"}},
    HTML: {"schema": {"type": "string"}},
    PYTEST: {"schema": SCHEMA},
}
BY_NAME: dict[Form, str] = {"json": JSON, "text": TEXT, "html": HTML, "pytest": PYTEST}
PAGE_POLICY = f"default-src 'none'; style-src '{stylesheet_hash()}'; frame-ancestors 'none'; base-uri 'none'"

router = APIRouter(prefix="/submissions", tags=["submissions"])


@router.get(
    "/{submission_id}/report",
    summary="Read the report",
    response_class=Response,
    responses={200: {"content": FORMS, "description": "The verdict."}, **describe_errors(404, 406, 409)},
)
def get_report(
    submission_id: str,
    context: InContext,
    who: SignedIn,
    accept: Annotated[
        str,
        Header(
            description="application/json, text/plain, text/html, or application/vnd.pytest-json-report+json"
        ),
    ] = "",
    form: Annotated[
        Form | None, Query(alias="as", description="The format, for links; else Accept decides.")
    ] = None,
) -> Response:
    """Return the verdict in the requested format."""
    media_type = BY_NAME[form] if form else choose_media_type(accept, list(FORMS))
    if media_type is None:
        raise ApiError(ErrorType.NOT_ACCEPTABLE, f"Ask for one of {', '.join(FORMS)}.")
    return _render(show_report(context, who, submission_id), media_type)


def _render(document: str, media_type: str) -> Response:
    if media_type == JSON:
        return Response(document, media_type=JSON)
    report = from_document(json.loads(document))
    if media_type == PYTEST:
        return Response(json.dumps(to_report(report), ensure_ascii=False), media_type=PYTEST)
    if media_type == TEXT:
        return Response(render_text(report), media_type=TEXT)
    return Response(render_html(report), media_type=HTML, headers={"Content-Security-Policy": PAGE_POLICY})
