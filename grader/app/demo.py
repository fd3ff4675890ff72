"""The demo: a course of made-up students, whose submissions are really graded.

Every submission is the reference with mistakes planted in it: an operator exchanged here and there, fewer
from one try to the next, as it goes when people learn. The same demo comes out each time.
"""

import ast
import hashlib
import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

from grader.app.service import Service
from grader.app.web import zipped
from grader.core.role import Role
from grader.store.courses import Policy, add_assignment, add_course, short_name
from grader.store.database import now
from grader.store.people import add_user, set_role
from grader.store.states import Priority
from grader.store.submissions import Upload, accept
from grader.store.tables import Course, Submission
from grader.store.tokens import issue_token
from grader.template.files import read_files
from grader.template.generate import REFERENCE

COURSE = "demo"
NAMES = ("Ada", "Bo", "Chidi", "Dilek", "Emil", "Farah", "Goran", "Hana", "Inês", "Jun", "Kofi", "Lena")
TRIES = (1, 3, 2, 4, 3, 1, 2, 3, 2, 4, 1, 3)
MISTAKES_A_TRY = 2
HELPS = ("tests/",)  # nothing is planted in what only connects a submission with the tests
EXCHANGED: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}


def fill(service: Service, say: Callable[[str], None]) -> None:
    """Add the demo course with its people and submissions, unless it is there."""
    with service.database.write() as session:
        if session.get(Course, COURSE):
            return
        moment = now(session)
        title = service.assignment.rubric.title
        add_course(session, COURSE, "Demo course")
        policy = Policy(due_at=moment + timedelta(days=3), hourly_limit=None, supersede=False)
        assignment = add_assignment(session, f"{COURSE}-{short_name(title)}", COURSE, title, policy)
        teacher = add_user(session, "teacher@demo.example", "Tess Teacher").id
        set_role(session, COURSE, teacher, Role.INSTRUCTOR)
        token = issue_token(session, teacher, "demo")
        for number, name in enumerate(NAMES):
            email = f"student{number + 1}@demo.example"
            student = add_user(session, email, name).id
            set_role(session, COURSE, student, Role.STUDENT, "A" if number % 2 else "B")
            for attempt in range(TRIES[number]):
                content = _project(service.assignment.root, number, left=TRIES[number] - attempt - 1)
                upload = Upload(student, assignment.id, hashlib.sha256(content).hexdigest(), content)
                submission = accept(session, upload, Priority.RESUBMISSION)
                _date_back(submission, days=5 - attempt, hours=number)
                service.queue.enqueue(session, [submission.id], Priority.RESUBMISSION)
    say(f"The demo course is being graded. The token of its teacher, shown this once:\n{token}")


def _project(root: Path, student: int, left: int) -> bytes:
    """Return the zip of a student's project with as many tries `left` to go."""
    rng = random.Random(1000 * student + left)  # noqa: S311 - the demo is the same each time
    files = read_files(root / REFERENCE)
    for _ in range(MISTAKES_A_TRY * left + student % 2):
        path = rng.choice([path for path in files if path.endswith(".py") and not path.startswith(HELPS)])
        files[path] = _with_mistake(files[path].decode(), rng).encode()
    return zipped(files)


def _with_mistake(source: str, rng: random.Random) -> str:
    """Return a module in which one arithmetical operator is another one."""
    tree = ast.parse(source)
    found = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and type(node.op) in EXCHANGED]
    if not found:
        return source
    node = rng.choice(found)
    node.op = EXCHANGED[type(node.op)]()
    return ast.unparse(tree)


def _date_back(submission: Submission, *, days: int, hours: int) -> None:
    earlier = timedelta(days=days, hours=hours)
    submission.received_at -= earlier
