"""Protects signed-in users from requests that other sites make their browsers send.

Browsers name the origin of a request: in Sec-Fetch-Site, and older ones in Origin. A request that changes
something and comes from another site is refused. A request with neither header comes from no browser, and has
no stolen cookie. The cookie is also SameSite=Lax. (As Go's http.CrossOriginProtection.)
"""

from urllib.parse import urlsplit

from fastapi import Request

from grader.web.api_error import ApiError, ErrorType
from grader.web.dependencies import SAFE_METHODS

OWN = frozenset(["same-origin", "none"])


async def same_origin(request: Request) -> None:
    """Raise ApiError if another site made the browser send a request that changes something."""
    if request.method in SAFE_METHODS or _is_own(request):
        return
    raise ApiError(
        ErrorType.NOT_ALLOWED, "Another site sent this form. Open the page here and send it again."
    )


def _is_own(request: Request) -> bool:
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site in OWN
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
