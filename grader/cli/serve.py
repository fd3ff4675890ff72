"""`grader serve` and `grader worker`: the service on one machine, and more workers beside it."""

import os
import signal
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fastapi import FastAPI

app = typer.Typer()


@app.command("serve")
def serve_command(
    *,
    with_worker: Annotated[
        bool, typer.Option(help="Also grade, in a second process of this one's group.")
    ] = True,
) -> None:
    """Serve the API, and grade what is handed in."""
    from grader.app import first_start, make_api, open_service
    from grader.cli.supervisor import worker_process
    from grader.logs import configure_logs
    from grader.service_settings import read_service_settings

    settings = read_service_settings()
    configure_logs()
    service = open_service(settings)
    first_start(service, typer.echo)
    if with_worker:
        with worker_process(settings.slots, settings.stop_seconds):
            _serve(make_api(service), settings.host, settings.port)
    else:
        _serve(make_api(service), settings.host, settings.port)


@app.command("worker")
def worker_command(
    slots: Annotated[
        int | None, typer.Option("--slots", min=1, max=256, help="Submissions graded at a time.")
    ] = None,
    *,
    until_input_ends: Annotated[
        bool, typer.Option("--until-input-ends", hidden=True, help="Stop when standard input is closed.")
    ] = False,
) -> None:
    """Grade what is handed in, on any host that reaches the database."""
    from grader.app import make_worker, open_service
    from grader.logs import configure_logs
    from grader.service_settings import read_service_settings

    settings = read_service_settings()
    configure_logs()
    stop = threading.Event()
    _stop_on_signals(stop)
    if until_input_ends:
        threading.Thread(target=_watch_input, args=(stop,), daemon=True).start()
    worker = make_worker(open_service(settings), slots or settings.slots)
    if not worker.run(stop, settings.stop_seconds):
        sys.stderr.flush()
        os._exit(0)  # what still grades was handed back; waiting for its thread would only delay the stop


def _serve(api: "FastAPI", host: str, port: int) -> None:
    import uvicorn

    config = uvicorn.Config(
        api,
        host=host,
        port=port,
        log_config=None,  # uvicorn's lines go through our chain
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,  # followers of events reconnect and resume
    )
    uvicorn.Server(config).run()


def _stop_on_signals(stop: threading.Event) -> None:
    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a handler's signature
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)


def _watch_input(stop: threading.Event) -> None:
    """Stop when the process at the other end of standard input has ended, however that happened."""
    sys.stdin.buffer.read()
    stop.set()
