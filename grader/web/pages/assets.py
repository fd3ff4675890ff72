"""Static files of the pages: one stylesheet, scripts, an icon. The hash of its bytes is part of each URL."""

import hashlib
import mimetypes
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Response

from grader.render.html import stylesheet
from grader.web.api_error import ApiError, ErrorType

PATH = "/static"
FOR_GOOD = "public, max-age=31536000, immutable"
STYLE = "style.css"
NAMES = (
    "icon.svg",
    "hand-in.js",
    "handout.css",
    "live.js",
    "times.js",
    "vendor/htmx-2.0.11.min.js",
    "vendor/htmx-ext-sse-2.2.4.js",
    "vendor/fflate-0.8.3.js",
)

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
    """Return the bytes of an asset; the stylesheet is that of reports plus that of pages."""
    if name == STYLE:
        return stylesheet().encode() + _read("pages.css")
    return _read(name)


def _read(name: str) -> bytes:
    return files("grader.web.pages").joinpath("static", *name.split("/")).read_bytes()


@cache
def _version(name: str) -> str:
    return hashlib.sha256(_content(name)).hexdigest()[:12]
