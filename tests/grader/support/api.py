"""API and pages for tests: applications on a store with a small course, and clients for its people."""

import io
import zipfile
from dataclasses import dataclass

from anyio import CapacityLimiter
from fastapi.testclient import TestClient

from grader.core.fingerprint import Fingerprint
from grader.logs import configure_logs
from grader.store.attempts import publish, take
from grader.store.queue import open_queue
from grader.store.sign_ins import issue_link, sign_in_by_link
from grader.store.standard import announce
from grader.store.tokens import issue_token
from grader.usecases.context import Context
from grader.usecases.costs import Costs
from grader.usecases.streams import Streams
from grader.usecases.throttle import Throttle
from grader.web.api import create_api
from grader.web.dependencies import SESSION_COOKIE
from grader.web.dispatch import create_web
from grader.web.pages.page_context import PageContext
from tests.grader.support.course import make_course, verdict
from tests.grader.support.reports import RUBRIC

UPLOAD_BYTES = 200_000
STREAMS = 3
SUBMISSIONS = "/api/v1/submissions"


@dataclass
class Service:
    """A running API, alone as `app` and with the pages as `web`, its store, and helpers of tests."""

    database: object
    queue: object
    course: object
    app: object
    web: object

    def client(self, name=None, **options):
        """Return a client that carries the token of `name`, or none."""
        client = TestClient(self.app, **options)
        if name:
            client.headers["Authorization"] = f"Bearer {self.token(name)}"
        return client

    def browser(self, name=None, **options):
        """Return a client of API and pages as a browser is one, signed in as `name` unless that is None."""
        client = TestClient(self.web, follow_redirects=False, **options)
        if name:
            client.cookies.set(SESSION_COOKIE, self.cookie(name))
        return client

    def cookie(self, name):
        """Return the cookie of a new sign-in of `name`."""
        with self.database.write() as session:
            return sign_in_by_link(session, issue_link(session, getattr(self.course, name)))

    def token(self, name):
        """Return a new token for `name`."""
        with self.database.write() as session:
            return issue_token(session, getattr(self.course, name), "test")

    def grade(self, submission_id, **fields):
        """Grade a submission as a worker does, with a verdict that is made up."""
        with self.database.write() as session:
            publish(session, take(session, submission_id, "test"), verdict(**fields))

    def begin(self, submission_id):
        """Begin an attempt at a submission."""
        with self.database.write() as session:
            return take(session, submission_id, "test")


def make_service(database, token_failures=3, *, over_tls=False, handout=None, **policy):
    """Return the API and the pages on `database`; the assignment has a `handout`, or none."""
    configure_logs()  # the default shows tracebacks with all values, which takes minutes
    course = make_course(database, **policy)
    with database.write() as session:
        announce(session, Fingerprint("s" * 64, "r" * 64, "", "3.11", "2.4"))
    queue = open_queue(database)
    context = Context(
        database=database,
        queue=queue,
        template=lambda: b"PK template",
        upload_bytes=UPLOAD_BYTES,
        intake=CapacityLimiter(2),
        guesses=Throttle(token_failures),
        streams=Streams(STREAMS),
        costs=Costs(),
    )
    page_context = PageContext(RUBRIC, b"secret", over_tls=over_tls, has_second_stage=True, handout=handout)
    web = create_web(context, page_context)
    return Service(database, queue, course, create_api(context), web)


def zipped(**files):
    """Return a zip that intake lets through: the same bytes at any time, others for other files."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        for path, text in {"tests/adapters.py": "", "engine.py": "x = 1\n", **files}.items():
            target.writestr(zipfile.ZipInfo(path), text)  # no moment in it: the same bytes each time
    return archive.getvalue()


def hand_in(client, content=None, headers=None, **data):
    """Hand in a zip; return the response."""
    files = {"archive": ("work.zip", zipped() if content is None else content, "application/zip")}
    return client.post(SUBMISSIONS, files=files, data=data, headers=headers)
