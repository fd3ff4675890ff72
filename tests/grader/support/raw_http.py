"""HTTP byte by byte, for a service with small limits."""

import socket

from tests.grader.support.site import SUBMISSIONS

END_OF_HEAD = b"\r\n\r\n"
CONNECTIONS = 20
HEAD_SECONDS = 1
STREAMS = 2
PUBLIC = "grader.example.edu"


def connect(site):
    """Return a connection to the service."""
    connection = socket.create_connection(("127.0.0.1", site.port), timeout=30)
    connection.settimeout(30)
    return connection


def ask(site, text):
    """Send bytes; return all that comes back until the service closes."""
    with connect(site) as connection:
        connection.sendall(text.encode() if isinstance(text, str) else text)
        return received(connection)


def received(connection):
    """Return the bytes that arrive until the other end closes."""
    pieces = []
    try:
        while piece := connection.recv(65536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)


def status(answer):
    """Return the status of an answer, None if there is none."""
    return int(answer.split(b" ", 2)[1]) if answer else None


def get(path, host, *headers):
    """Return the text of a request."""
    return "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", *headers, "", ""])


def upload_head(client, length):
    """Return the head of an upload."""
    return (
        f"POST {SUBMISSIONS} HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: {client.headers['authorization']}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\n\r\n"
    ).encode()
