"""Checks of the address: where the service listens, where people reach it, and whether by TLS."""

import ipaddress
import socket
import ssl
import urllib.error
import urllib.request
from datetime import UTC, datetime
from urllib.parse import urlsplit

from grader.cli.doctor.finding import Finding, Findings, missing, note, ok
from grader.service_settings import EVERYWHERE, THIS_MACHINE, ServiceSettings

ADDRESS, TLS = "address", "TLS"
SECONDS = 5
SOON_DAYS = 14


def check_address(settings: ServiceSettings) -> Findings:
    """Check the bound address, then the public one."""
    yield _check_bound(settings)
    yield _public(settings)


def _check_bound(settings: ServiceSettings) -> Finding:
    where = f"{settings.host}:{settings.port}"
    try:
        family, *_, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
    except OSError as error:
        if _answers(settings):
            return ok(ADDRESS, f"The service answers at {where}.")
        reason = (error.strerror or str(error)).lower()
        return missing(
            ADDRESS, f"The service cannot listen at {where}: {reason}; set GRADER_HOST and GRADER_PORT."
        )
    return ok(ADDRESS, f"{where} is free for the service.")


def _answers(settings: ServiceSettings) -> bool:
    """Tell whether the service itself listens at its address."""
    host = "127.0.0.1" if settings.host in EVERYWHERE else settings.host
    host = f"[{host}]" if ":" in host else host
    asked = urllib.request.Request(
        f"http://{host}:{settings.port}/health/live", headers={"Host": "localhost"}
    )
    try:
        with urllib.request.urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310 - as above
            return b'"live"' in answer.read(200)
    except (OSError, ValueError):
        return False


def _public(settings: ServiceSettings) -> Finding:
    url = urlsplit(settings.public_url)
    if not url.hostname:
        if settings.host in THIS_MACHINE:
            return ok(TLS, "Not needed: the service is for this machine only.")
        return note(
            TLS,
            f"GRADER_HOST={settings.host}: set GRADER_PUBLIC_URL to the address that others use.",
        )
    if _is_here(url.hostname):
        return ok(TLS, f"Not needed: {settings.public_url} is this machine.")
    if url.scheme != "https":
        return missing(
            TLS,
            f"GRADER_PUBLIC_URL={settings.public_url}: links and tokens travel unprotected; "
            "put a proxy with TLS before the service and begin the address with https://.",
        )
    return _certificate(url.hostname, url.port or 443)


def _is_here(host: str) -> bool:
    try:
        return host in THIS_MACHINE or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _certificate(host: str, port: int) -> Finding:
    """Look at the certificate of the public address, as a browser does."""
    where = f"{host}:{port}"
    try:
        with (
            socket.create_connection((host, port), SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secured,
        ):
            ends = ssl.cert_time_to_seconds(str((secured.getpeercert() or {})["notAfter"]))
    except ssl.SSLCertVerificationError as wrong:
        return missing(TLS, f"Browsers refuse the certificate of {where}: {wrong.verify_message}.")
    except OSError as error:
        return note(TLS, f"{where} cannot be reached from here ({error}); try it from another machine.")
    days = (datetime.fromtimestamp(ends, UTC) - datetime.now(UTC)).days
    said = f"The certificate of {where} is valid for {days} days."
    return note(TLS, f"{said} Renew it.") if days < SOON_DAYS else ok(TLS, said)
