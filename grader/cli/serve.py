"""`grader serve` and `grader worker`: the service on one machine, and more workers beside it."""

import gc
import signal
import sys
import threading
from contextlib import nullcontext
from types import FrameType
from typing import Annotated

import typer

app = typer.Typer()


@app.command("serve")
def serve_command(
    *,
    worker: Annotated[bool, typer.Option(help="Also grade, in a process beside the API.")] = True,
    demo: Annotated[
        bool, typer.Option("--demo", help="Add a course of made-up students to look at.")
    ] = False,
) -> None:
    """Serve the API and the pages, and grade submissions."""
    from grader.app.announcing import announcing
    from grader.app.demo import fill
    from grader.app.entry import by_command, by_link
    from grader.app.server import listen, serve
    from grader.app.service import first_start, open_service
    from grader.app.supervisor import worker_beside
    from grader.app.web import make_web
    from grader.logs import configure_logs
    from grader.service_settings import read_service_settings

    settings = read_service_settings()
    configure_logs()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    listener = listen(settings)
    service = open_service(settings)
    entry = by_link if sys.stdout.isatty() else by_command
    first_start(service, typer.echo, entry)
    if demo:
        fill(service, typer.echo, entry)
    with announcing(service), worker_beside(settings) if worker else nullcontext():
        web = make_web(service)
        gc.freeze()  # objects up to here stay, so no page waits for the garbage collector to visit them
        serve(web, settings, listener)


@app.command("worker")
def worker_command(
    slots: Annotated[
        int | None,
        typer.Option(
            "--slots", min=1, max=256, help="Submissions graded at a time (default: one a processor)."
        ),
    ] = None,
) -> None:
    """Grade submissions, on any host that reaches the database."""
    from grader.app.working import run_worker
    from grader.service_settings import read_service_settings

    settings = read_service_settings()
    run_worker(settings, slots or settings.slots, threading.Event())


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a handler's signature
    """End in good order: uvicorn, once it has stopped, sends itself the signal that made it stop."""
    raise SystemExit(0)
