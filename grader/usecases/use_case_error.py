"""The errors of the use cases: each message has the error and the next step.

UseCaseError
|- InvalidInputError    a value is not valid
|- KeyReusedError       the idempotency key belongs to another upload
|- NotSignedInError     no valid token, link or cookie
|- NotAllowedError      the role of the person does not allow it
|- NotFoundError        there is no such thing, or it belongs to someone else
|- ConflictError        the state of the submission does not allow it now
|- RateLimitError       too many requests; `retry_seconds` says when to try again

A refused upload is `grader.intake.Refused`. `grader.web.api_error` gives each error its HTTP status.
"""

from typing import Any


class UseCaseError(Exception):
    """The parent of all; `facts` repeats the message's values for programs."""

    def __init__(self, detail: str, **facts: Any) -> None:
        """Explain in `detail` the error and the next step."""
        super().__init__(detail)
        self.facts = facts


class InvalidInputError(UseCaseError):
    """A value is not valid."""


class KeyReusedError(UseCaseError):
    """The idempotency key belongs to another upload."""


class NotSignedInError(UseCaseError):
    """No valid token, link or cookie."""


class NotAllowedError(UseCaseError):
    """The role of the person does not allow it."""


class NotFoundError(UseCaseError):
    """There is no such thing, or it belongs to someone else: both get the same answer."""


class ConflictError(UseCaseError):
    """The state of the submission does not allow it now."""


class RateLimitError(UseCaseError):
    """Too many requests."""

    def __init__(self, detail: str, retry_seconds: int, **facts: Any) -> None:
        """Allow the next request after `retry_seconds`."""
        super().__init__(detail, **facts)
        self.retry_seconds = retry_seconds
