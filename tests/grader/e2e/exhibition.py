"""A service that grades nothing, with a made-up submission in every state, which pages can show at once."""

from grader.core.rubric import parse_rubric
from grader.store import open_database
from grader.store.attempts import publish, take
from grader.store.queue import open_queue
from grader.store.sign_ins import issue_link, sign_in_by_link
from grader.store.verdict import verdict_of
from tests.grader.support import gallery
from tests.grader.support.course import hand_in, make_course, of_the_suite
from tests.grader.support.site import Site
from tests.grader.support.small_assignments import ROOT

UPLOAD_BYTES = 1 << 20


class Exhibition:
    """A running service; `ids` are anna's submissions by the state that they show."""

    def __init__(self, folder):
        """Fill a store in `folder` and serve it."""
        (folder / "data").mkdir()
        self.site = Site(folder, write=lambda _: ROOT, GRADER_UPLOAD_BYTES=str(UPLOAD_BYTES))
        self.rubric = parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8"))
        self.database = open_database(self.site.database_url)
        self.queue = open_queue(self.database)
        self.course = make_course(self.database, hourly_limit=None, supersede=False)
        self.ids = gallery.fill(self.database, self.queue, self.course.anna, self.rubric)
        self.serve()

    def serve(self):
        """Serve the pages, and return the process that does."""
        return self.site.serve("--no-worker")

    def cookie(self, name):
        """Return the cookie of a new sign-in of `name`."""
        with self.database.write() as session:
            return sign_in_by_link(session, issue_link(session, getattr(self.course, name)))

    def hand_in(self, name, content):
        """Queue a submission of `name`; return its id."""
        return hand_in(self.database, self.queue, getattr(self.course, name), content).id

    def grade(self, submission):
        """Give a queued submission a verdict."""
        verdict = verdict_of(gallery.made_up(self.rubric))
        with self.database.write() as session:
            publish(session, take(session, submission, "test"), of_the_suite(session, verdict))

    def close(self):
        """End the service."""
        self.site.close()
        self.database.close()
