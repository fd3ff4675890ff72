"""Hands this project in with nothing to install: `python submit.py URL`, with your token in GRADER_TOKEN.

It packs the project's own files, sends them, waits, and prints the report. A student's project has this one
file of the client. So it uses Python's standard library only, and repeats a little of `grader submit`.
"""

import getpass
import io
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
import zipfile
from pathlib import Path
from typing import Any

MOST_BYTES = 1 << 20  # of a file that is no module; the service leaves larger ones out
LEFT_OUT = {"venv", "__pycache__", "cases", "docs"}
WAITING = {"queued", "grading"}
PAUSE_SECONDS = 2
JSON = "application/json"
DISPOSITION = 'Content-Disposition: form-data; name="archive"; filename="project.zip"'

Answer = dict[str, Any]


def main() -> None:
    """Hand in, wait, print; end with 0 when there is a verdict on everything."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without a character shows another one
    _, *addresses = sys.argv
    if not addresses:
        sys.exit(__doc__)
    url = addresses[0].rstrip("/")
    if not url.startswith(("http://", "https://")):
        sys.exit(f"{url}: the address must begin with https:// (or http://)")
    token = os.environ.get("GRADER_TOKEN") or getpass.getpass("Token: ")
    project = pack(Path(__file__).resolve().parent)
    made = ask(f"{url}/api/v1/submissions", token, form=project)
    own = f"{url}/api/v1/submissions/{made['id']}"
    print(f"submission {made['id']}: {made['state']}", flush=True)
    while made["state"] in WAITING:
        time.sleep(PAUSE_SECONDS)
        made = print_change(ask(own, token), made)
    if made["verdict"] is None:
        sys.exit(made["reason"] or made["state"])
    print(ask(f"{own}/report", token, accept="text/plain"))
    sys.exit(0 if made["state"] == "graded" else 1)


def print_change(now: Answer, before: Answer) -> Answer:
    """Print where the submission stands if that changed; return it."""
    if any(now[name] != before[name] for name in ("state", "place", "reason")):
        place = f", number {now['place']}. {now['reason']}" if now["place"] else ""
        print(f"{now['state']}{place}", flush=True)
    return now


def pack(folder: Path) -> bytes:
    """Return the project's own files as a zip, and print the names of omitted files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            if not path.is_file() or any(part in LEFT_OUT or part.startswith(".") for part in parts):
                continue
            if path.suffix == ".py" or path.stat().st_size <= MOST_BYTES:
                archive.write(path, "/".join(parts))
            else:
                print(f"left out: {'/'.join(parts)}")
    return packed.getvalue()


def ask(url: str, token: str, form: bytes | None = None, accept: str = JSON) -> Any:
    """Send a request, with a zip if there is one; return the answer, or end with the reason."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}", "Accept": accept})
    if form is not None:
        boundary = uuid.uuid4().hex
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="archive"; filename="project.zip"\r\n\r\n'
        )
        request.data = head.encode() + form + f"\r\n--{boundary}--\r\n".encode()
        request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
        request.add_header("Idempotency-Key", uuid.uuid4().hex)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read().decode()
    except urllib.error.HTTPError as error:
        sys.exit(reason(error))
    except OSError as error:
        sys.exit(f"{url} cannot be reached: {error}")
    return json.loads(text) if accept == JSON else text


def reason(error: urllib.error.HTTPError) -> str:
    """Return the service's sentence about an error."""
    try:
        return str(json.load(error)["detail"])
    except (ValueError, KeyError, TypeError):
        return f"the service answered {error.code}"


if __name__ == "__main__":
    main()
