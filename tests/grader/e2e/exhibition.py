"""A service that grades nothing, with a made-up submission in every state, which pages can show at once."""

from grader.core.rubric import parse_rubric
from grader.core.scoring import Outcome
from grader.store import open_database
from grader.store.attempts import publish, take
from grader.store.queue import open_queue
from grader.store.sign_ins import issue_link, sign_in_by_link
from grader.store.states import Priority
from grader.store.submissions import accept
from grader.store.verdict import verdict_of
from tests.grader.support import gallery
from tests.grader.support.api import zipped
from tests.grader.support.course import hand_in, make_course, of_the_suite, upload_of
from tests.grader.support.site import Site
from tests.grader.support.small_assignments import ROOT

UPLOAD_BYTES = 1 << 20
LONG = "a_name_that_goes_on_without_a_place_to_break_" * 4
ENGINE = "def tanh(x):\n    # as the handout\n    t = math.tanh(x)\n    return t\n"
RAISED = 'OverflowError: math range error\n  File "engine.py", line 3, in tanh\n    t = e / 0'
VERSIONS = {  # of a project: how its tests end, their message, its files
    "old code": (
        Outcome.PASSED,
        "",
        {
            "engine.py": "def tanh(x):\n    # as the handout\n    t = math.tanh(x)\n    return t\n",
            "nn.py": "x = 1\n",
        },
    ),
    "new code": (
        Outcome.ERROR,
        RAISED,
        {
            "engine.py": ENGINE.replace("math.tanh(x)", "math.exp(2 * x)"),
            "nn.py": f"x = '{'x' * 2_000}'\n{LONG} = 1\n",
            f"{LONG[:100]}.py": "y = 1\n",
            "picture.png": "\0",
        },
    ),
}


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
        self.ids |= {name: self._hand_in_code(*code) for name, code in VERSIONS.items()}
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

    def _hand_in_code(self, outcome, message, files):
        """Hand in a project of anna's, whose tests all end alike; return its id."""
        content = zipped(**files)
        report = gallery.made_up(self.rubric, outcomes=[outcome], files=("engine.py",))
        report = gallery.with_message(report, message)
        with self.database.write() as session:
            made = accept(session, upload_of(self.course.anna, content))
            self.queue.enqueue(session, [made.id], Priority.INTERACTIVE)
            publish(session, take(session, made.id, "test"), of_the_suite(session, verdict_of(report)))
        return made.id

    def close(self):
        """End the service."""
        self.site.close()
        self.database.close()
