"""Makes the application that serves the API and the pages of a service."""

from functools import cache

from anyio import CapacityLimiter
from starlette.types import ASGIApp

from grader.app.service import Service, read_seed_secret
from grader.template.export import project
from grader.template.files import zipped
from grader.web.api import Context
from grader.web.api.throttle import Throttle
from grader.web.app import create_web
from grader.web.pages.site import Site

UNPACKED_AT_A_TIME = 4
ADDRESS_FACTOR = 10  # an address may be a whole campus, so it may fail more often than one token does


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
        token_guesses=Throttle(settings.token_failures),
        address_guesses=Throttle(settings.token_failures * ADDRESS_FACTOR),
    )
    site = Site(
        assignment.rubric,
        read_seed_secret(settings),
        over_tls=settings.url.startswith("https://"),
        has_second_stage=bool(assignment.manifest.second_stage),
    )
    return create_web(context, site)
