"""The demo's plan and projects: the same each time, a class as one meets it, mistakes that samples prove."""

import pytest

from grader.app.demo.mistakes import FILE, Mistake, load_demo_course
from grader.app.demo.people import STUDENTS
from grader.app.demo.plan import TIME_LEFT, End, Twist, Work, plan
from grader.app.demo.project import Projects
from grader.app.web import zipped
from grader.core.document import DocumentError
from grader.core.rubric import parse_rubric
from grader.intake import read_archive
from grader.template.files import read_files
from tests.assignment.samples import ROOT, load_samples

RUBRIC = parse_rubric((ROOT / "rubric.yaml").read_text(encoding="utf-8"))
REQUIRED = [part.id for part in RUBRIC.parts]
COURSE = load_demo_course(ROOT)
SAMPLES = load_samples()
REFERENCE = read_files(ROOT / "reference")
PLAN = plan(COURSE, REQUIRED)
TRIES = [(student, each) for student in PLAN for each in student.tries]


@pytest.fixture(scope="module")
def projects():
    """Return what makes the projects of the assignment's demo."""
    return Projects(ROOT, COURSE)


def test_the_plan_is_the_same_each_time():
    """Nothing in it is left to chance."""
    assert plan(COURSE, REQUIRED) == PLAN


def test_a_class_hands_in_what_a_minute_or_two_can_grade():
    """Forty students in three sections, of whom a few hand in nothing, and a hundred submissions or so."""
    assert len({student.email for student in PLAN}) == len({student.name for student in PLAN}) == 40
    assert {student.section for student in PLAN} == {"A", "B", "C"}
    assert sum(not student.tries for student in PLAN) == 3
    assert 100 <= len(TRIES) <= 120


def test_students_get_better_towards_the_deadline():
    """From a try to the next there are fewer mistakes, and no part is lost, for several days."""
    for student in PLAN:
        for newer, older in zip(student.tries, student.tries[1:], strict=False):
            assert newer.age < older.age
            assert set(newer.work.mistakes) < set(older.work.mistakes)
            assert set(newer.work.missing) <= set(older.work.missing)
    assert max(each.age for _, each in TRIES).days in range(4, 9)
    assert TIME_LEFT.total_seconds() > 0


def test_the_class_has_its_favourite_mistakes():
    """Some mistakes are made by many, so that identical failures come in groups; each is made by somebody."""
    makers = [
        sum(place in student.tries[0].work.mistakes for student in PLAN if student.tries)
        for place in range(len(COURSE.mistakes))
    ]

    assert max(makers) >= 5
    assert sum(number >= 3 for number in makers) >= 5


def test_everything_that_a_page_can_show_happens():
    """One cannot be imported, one is hostile, and one each ends in another way than a verdict."""
    ends = [each.end for _, each in TRIES if each.end is not End.VERDICT]
    twists = [each.work.twist for _, each in TRIES if each.work.twist is not Twist.NONE]

    assert sorted(end.name for end in ends) == ["CANCELLED", "GRADER_ERROR", "SUPERSEDED"]
    assert sorted(twist.name for twist in twists) == ["BROKEN", "HOSTILE"]


def test_the_student_whom_the_demo_signs_in_has_something_to_see():
    """The first student has a history with a way to go."""
    first = PLAN[0]

    assert first.email == STUDENTS[0][0]
    assert len(first.tries) >= 3
    assert first.tries[0].work.mistakes
    assert all(each.end is End.VERDICT for each in first.tries)


def test_every_part_and_adapter_that_may_be_missing_is_known(projects):
    """The parts are the rubric's, and a project without all of them has the template's adapters."""
    ids = {part.id for part in (*RUBRIC.parts, *RUBRIC.bonus_parts)}

    adapters = projects.files(Work((), list(COURSE.parts)))["tests/adapters.py"].decode()

    assert set(COURSE.parts) <= ids
    assert adapters.count("raise NotImplementedError") == sum(map(len, COURSE.parts.values()))
    compile(adapters, "adapters.py", "exec")


@pytest.mark.parametrize("mistake", COURSE.mistakes, ids=lambda mistake: mistake.wrong)
def test_each_mistake_is_one_that_a_sample_proves(mistake):
    """Planting it makes the very files of the sample with that sentence, which is known to lose points."""
    proven = [sample.files for sample in SAMPLES if sample.wrong == mistake.wrong]

    assert proven == [mistake.plant(REFERENCE)]


def test_all_mistakes_can_be_made_together(projects):
    """No mistake is in another's way, and what comes out is still Python."""
    files = projects.files(Work(range(len(COURSE.mistakes)), ()))

    for path, content in files.items():
        if path.endswith(".py"):
            compile(content, path, "exec")
    assert files != REFERENCE


def test_a_mistake_that_has_lost_its_place_is_named():
    """When the reference changes under a mistake, the demo says which."""
    lost = Mistake("wrong", "a.py", "x = 1", "x = 2", line=7)

    with pytest.raises(DocumentError, match=r"demo_course\.yaml line 7, find: .* in a\.py 2 times"):
        lost.plant({"a.py": b"x = 1\nx = 1\n"})
    with pytest.raises(DocumentError, match="0 times"):
        lost.plant({})


@pytest.mark.parametrize("twist", list(Twist))
def test_intake_lets_every_project_through(projects, twist):
    """What is odd about a project is not refused; a broken one cannot be compiled, the others can."""
    files = projects.files(Work((0,), ("part6",), twist))

    kept = read_archive(zipped(files)).files

    adapters = kept["tests/adapters.py"]
    if twist is Twist.BROKEN:
        with pytest.raises(SyntaxError):
            compile(adapters, "adapters.py", "exec")
    else:
        compile(adapters, "adapters.py", "exec")
    assert (b"<script>" in adapters) == (twist is Twist.HOSTILE)


def test_a_demo_course_is_read_with_lines(tmp_path):
    """An unknown key is refused with its line; so is a folder without the file."""
    with pytest.raises(FileNotFoundError, match=r"demo_course\.yaml"):
        load_demo_course(tmp_path)
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_text("parts: {one: [f]}\nmistakes:\n  - {wrong: w, found: x}\n")

    with pytest.raises(DocumentError, match=r"demo_course\.yaml line 3, mistakes\[0\]\.found: unknown key"):
        load_demo_course(tmp_path)
