"""The route of a report: the same verdict as JSON, as text, as a page or as pytest-json-report writes it."""

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Response

from grader.core.pytest_report import to_report
from grader.core.reading import from_document
from grader.render.html import render_html, stylesheet_hash
from grader.render.plain_text import render_text
from grader.store.states import WAITING
from grader.store.submissions import newest_report
from grader.web.api.accept import preferred
from grader.web.api.auth import SignedIn
from grader.web.api.bodies import problems
from grader.web.api.context import InContext
from grader.web.api.problems import Kind, Problem
from grader.web.api.showing import reason_for_students, visible

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
    responses={200: {"content": FORMS, "description": "The verdict."}, **problems(404, 406, 409)},
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
    form: Annotated[Form | None, Query(alias="as", description="The form, for links; Accept else.")] = None,
) -> Response:
    """Return the verdict in the form that is asked for."""
    media_type = BY_NAME[form] if form else preferred(accept, list(FORMS))
    if media_type is None:
        raise Problem(Kind.NOT_ACCEPTABLE, f"Ask for one of {', '.join(FORMS)}.")
    with context.database.read() as session:
        submission = visible(session, who, submission_id)
        report = newest_report(session, submission_id)
    if report is None:
        waits = submission.state in WAITING
        detail = "There is no report yet." if waits else reason_for_students(submission)
        raise Problem(Kind.NOT_NOW, detail or f"It was {submission.state}.", state=submission.state)
    return _rendered(report.document, media_type)


def _rendered(document: str, media_type: str) -> Response:
    if media_type == JSON:
        return Response(document, media_type=JSON)
    report = from_document(json.loads(document))
    if media_type == PYTEST:
        return Response(json.dumps(to_report(report), ensure_ascii=False), media_type=PYTEST)
    if media_type == TEXT:
        return Response(render_text(report), media_type=TEXT)
    return Response(render_html(report), media_type=HTML, headers={"Content-Security-Policy": PAGE_POLICY})
