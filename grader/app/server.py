"""The server: it binds its port, and serves an application within limits."""

import socket
from functools import partial

import uvicorn
from starlette.types import ASGIApp

from grader.app.connections import ConnectionLimits, LimitedConnection
from grader.service_settings import ServiceSettings
from grader.settings import SettingsError

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

BACKLOG = 128
HEAD_BYTES = 16 * 1024
OTHER_FILES = 256  # open files for all that is no connection: database, pipes, uploads, those just accepted
STOP_SECONDS = 5  # followers of events reconnect and resume


def listen(settings: ServiceSettings) -> socket.socket:
    """Return the socket on which the service listens. Raises SettingsError if it cannot."""
    where = f"GRADER_HOST={settings.host!r}, GRADER_PORT={settings.port}"
    try:
        family, *_, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)  # two sockets may be bound to a port, one may listen
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SettingsError(
            f"{where}: the service cannot listen there: {reason}; "
            "stop the program that uses it or set another"
        ) from None
    return listener


def serve(web: ASGIApp, settings: ServiceSettings, listener: socket.socket) -> None:
    """Serve `web` on `listener` until a signal to end."""
    limits = ConnectionLimits(_room_for(settings.connections), settings.head_seconds, settings.body_seconds)
    config = uvicorn.Config(
        web,
        http=partial(LimitedConnection, limits=limits),  # type: ignore[arg-type]  # any callable makes a protocol
        ws="none",
        log_config=None,  # uvicorn's lines go through our chain
        access_log=False,  # its lines have the codes of sign-in links in them
        proxy_headers=False,  # Proxies does this, and believes only those that are named
        server_header=False,
        backlog=BACKLOG,
        h11_max_incomplete_event_size=HEAD_BYTES,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _room_for(connections: int) -> int:
    """Return the possible number of connections, after raising this process's limit of open files."""
    if resource is None:
        return connections
    wanted = connections + OTHER_FILES
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY not in {allowed, most} and allowed < wanted:
        allowed = min(wanted, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    return max(1, min(connections, allowed - OTHER_FILES)) if allowed > 0 else connections
