"""Static files of the pages: a stylesheet, fonts, icons, scripts. A hash of the bytes is part of the URL."""

import hashlib
import mimetypes
import re
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Response

from grader.render.html import sprite, stylesheet
from grader.web.api_error import ApiError, ErrorType

PATH = "/static"
FOR_GOOD = "public, max-age=31536000, immutable"
STYLE = "style.css"
SHEETS = (
    "fonts.css",
    "shell.css",
    "pages.css",
    "attempts.css",
    "code.css",
    "staff.css",
)  # after the stylesheet of reports
ICONS = "icons.svg"
NAMES = (
    "icon.svg",
    ICONS,
    "copy.js",
    "hand-in.js",
    "handout.css",
    "live.js",
    "menus.js",
    "times.js",
    "vendor/htmx-2.0.11.min.js",
    "vendor/htmx-ext-sse-2.2.4.js",
    "vendor/fflate-0.8.3.js",
    "vendor/plex-sans-latin-5.3.0.woff2",
    "vendor/plex-sans-latin-ext-5.3.0.woff2",
    "vendor/plex-mono-400-5.3.0.woff2",
    "vendor/plex-mono-600-5.3.0.woff2",
)

LINKED = re.compile(r"url\(([^)]+)\)")

mimetypes.add_type("font/woff2", ".woff2")
router = APIRouter()


def asset(name: str) -> str:
    """Return the path of an asset; it changes with the bytes, so browsers may cache it for a year."""
    return f"{PATH}/{name}?v={_version(name)}"


@router.get(PATH + "/{name:path}")
def get_asset(name: str) -> Response:
    """Return an asset."""
    if name not in {*NAMES, STYLE}:
        raise ApiError(ErrorType.NOT_FOUND, "There is no such file.")
    media_type = mimetypes.guess_type(name)[0]
    return Response(_content(name), media_type=media_type, headers={"Cache-Control": FOR_GOOD})


@cache
def _content(name: str) -> bytes:
    """Return the bytes of an asset; the stylesheet is that of reports plus those of pages."""
    if name == STYLE:
        pages = b"".join(map(_read, SHEETS)).decode()
        return (stylesheet() + LINKED.sub(lambda found: f"url({asset(found[1])})", pages)).encode()
    return sprite().encode() if name == ICONS else _read(name)


def _read(name: str) -> bytes:
    return files("grader.web.pages").joinpath("static", *name.split("/")).read_bytes()


@cache
def _version(name: str) -> str:
    return hashlib.sha256(_content(name)).hexdigest()[:12]
