"""What pages work with besides the API's context."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, cast

from fastapi import Depends, Request

from grader.core.rubric import Rubric
from grader.store.sign_ins import LINK_LIFETIME


@dataclass(frozen=True)
class Site:
    """The current rubric, the secret of the seeds, and some facts.

    Attributes: `over_tls` (the service is reached over TLS only), `has_second_stage` (the suite has tests
    that take long, which come after all others), `known_mistakes` (of each problem, by its id: sentences on
    the mistakes that its tests catch), `link_lifetime` (how long a sign-in link works).
    """

    rubric: Rubric
    secret: bytes = field(repr=False)
    over_tls: bool
    has_second_stage: bool
    known_mistakes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    link_lifetime: timedelta = LINK_LIFETIME


def site_of(request: Request) -> Site:
    """Return the site that the pages were made for."""
    return cast("Site", request.app.state.site)


OnSite = Annotated[Site, Depends(site_of)]
