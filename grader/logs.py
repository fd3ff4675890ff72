"""Logs: one JSON object a line on standard error, which leaves no character of a student unescaped.

Events carry the ids of request and submission from their context. The grader logs no tokens and no passwords.
As a second guard, values under a name such as "token" are struck out, and so is any text with the form of a
token, a sign-in code or a cookie, also in a path, a message or a traceback.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET_NAMES = ("token", "authorization", "secret", "password", "cookie")
KEY = re.compile(r"(?:grader_)?[0-9a-f]{12}(?:\.|%(?:25)*2e)[A-Za-z0-9_%-]{8,}", re.IGNORECASE)
STRUCK_OUT = "[struck out]"
CHARACTERS = 4_000  # of one value

Event = MutableMapping[str, Any]


def configure_logs() -> None:
    """Send all logs, those of libraries included, through one chain to standard error."""
    shared = (
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _strike_out_secrets,
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    last: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        _render,
    ]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for chatty in ("alembic", "procrastinate", "uvicorn.access", "httpx2"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _render(logger: Any, name: str, event: Event) -> str:
    """Return the line of an event, without keys."""
    line = structlog.processors.JSONRenderer()(logger, name, event)
    return KEY.sub(STRUCK_OUT, line if isinstance(line, str) else line.decode())


def _strike_out_secrets(logger: Any, name: str, event: Event) -> Event:  # noqa: ARG001 - structlog's signature
    for key, value in event.items():
        if any(secret in key.lower() for secret in SECRET_NAMES):
            event[key] = STRUCK_OUT
        elif isinstance(value, str) and len(value) > CHARACTERS:
            event[key] = value[:CHARACTERS]
    return event
