"""The values that all pages share besides the context of the use cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, cast
from urllib.parse import quote

from fastapi import Depends, Request

from grader.core.rubric import Rubric
from grader.handout import Handout
from grader.service_settings import DEFAULT_NAME
from grader.store.sign_ins import LINK_LIFETIME
from grader.web.pages.page_cache import PageCache


@dataclass(frozen=True)
class PageContext:
    """The current rubric, the secret of the seeds, and some settings.

    Attributes: `name` (of the service, as its pages show it), `over_tls` (people reach the service over TLS
    only), `has_second_stage` (the suite has long tests, which run last), `known_mistakes` (the mistakes
    that the tests of each problem catch, by its id), `link_lifetime` (how long a sign-in link works),
    `kept_pages` (pages that were rendered before), `handout` (None if the assignment has none).
    """

    rubric: Rubric
    secret: bytes = field(repr=False)
    over_tls: bool
    has_second_stage: bool
    known_mistakes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    link_lifetime: timedelta = LINK_LIFETIME
    name: str = DEFAULT_NAME
    kept_pages: PageCache = field(default_factory=PageCache, repr=False)
    handout: Handout | None = None

    def handout_of(self, assignment_id: str) -> str:
        """Return the path of an assignment's handout; the empty text if it has none."""
        return f"/assignments/{quote(assignment_id)}/handout" if self.handout else ""


def page_context_of(request: Request) -> PageContext:
    """Return the page context of the application."""
    return cast("PageContext", request.app.state.page_context)


async def _depend(request: Request) -> PageContext:
    """Return the page context without the thread that FastAPI gives to a function that is not async."""
    return page_context_of(request)


InPageContext = Annotated[PageContext, Depends(_depend)]
