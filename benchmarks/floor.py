"""The floor of an upload: `python floor.py PORT` reads the same form and keeps nothing."""

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def take(request: Request) -> JSONResponse:
    """Read the archive and say how long it is."""
    async with request.form(max_files=1, max_fields=8) as form:
        archive = form["archive"]
        assert isinstance(archive, UploadFile)  # noqa: S101 - it is our own client that sends it
        return JSONResponse({"bytes": len(await archive.read())}, 202)


if __name__ == "__main__":
    application = Starlette(routes=[Route("/api/v1/submissions", take, methods=["POST"])])
    uvicorn.run(application, port=int(sys.argv[1]), log_level="error", access_log=False)
