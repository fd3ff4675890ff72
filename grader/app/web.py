"""Makes the application that serves the API and the pages of a service."""

from collections.abc import Mapping, Sequence
from functools import cache

import structlog
from anyio import CapacityLimiter
from starlette.types import ASGIApp

from grader.app.service import Service, read_seed_secret
from grader.core.document import DocumentError
from grader.handout import Handout, load_handout
from grader.proof.catalogue import known_mistakes
from grader.service_settings import listed
from grader.suite.assignment import Assignment
from grader.template.export import project
from grader.template.files import zipped
from grader.usecases.context import Context
from grader.usecases.costs import Costs
from grader.usecases.streams import Streams
from grader.usecases.throttle import Throttle
from grader.web.dispatch import create_web
from grader.web.hosts import HostCheck
from grader.web.pages.page_context import PageContext
from grader.web.proxies import Proxies

UNPACKED_AT_A_TIME = 4

log = structlog.get_logger()


def make_web(service: Service) -> ASGIApp:
    """Return the application that serves the API and the pages."""
    settings, assignment = service.settings, service.assignment

    @cache
    def template() -> bytes:
        return zipped(project(assignment.root))

    context = Context(
        database=service.database,
        queue=service.queue,
        template=template,
        upload_bytes=settings.upload_bytes,
        intake=CapacityLimiter(UNPACKED_AT_A_TIME),
        guesses=Throttle(settings.token_failures),
        streams=Streams(settings.streams),
        costs=Costs(),
    )
    page_context = PageContext(
        assignment.rubric,
        read_seed_secret(settings),
        over_tls=settings.url.startswith("https://"),
        has_second_stage=bool(assignment.manifest.second_stage),
        link_lifetime=settings.link_lifetime,
        name=settings.name,
        known_mistakes=_known_mistakes(assignment),
        handout=_handout(assignment),
    )
    guarded = HostCheck(create_web(context, page_context), settings.names)
    return Proxies(guarded, listed(settings.proxies))


def _known_mistakes(assignment: Assignment) -> Mapping[str, Sequence[str]]:
    """Return the mistakes that the tests of each problem catch; none if the catalogue has an error."""
    try:
        return known_mistakes(assignment.root, assignment.rubric)
    except DocumentError as wrong:
        log.warning("the rubric page shows no mistakes: their catalogue has a fault", error=str(wrong))
        return {}


def _handout(assignment: Assignment) -> Handout | None:
    """Return the rendered handout; None if there is none, or if it cannot be read."""
    rubric = assignment.rubric
    if not rubric.handout:
        return None
    try:
        handout = load_handout(assignment.root, rubric.handout, [each.id for each in rubric.problems])
    except (OSError, ValueError) as wrong:
        log.warning("the service shows no handout: it cannot be read", error=str(wrong))
        return None
    for fault in handout.faults:
        log.warning("the handout has a fault", handout=rubric.handout, error=fault)
    return handout
