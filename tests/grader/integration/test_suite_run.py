"""Runs of a small suite against submissions that crash, hang, flood and fork: reports and leftovers."""

import os
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from contextlib import closing
from pathlib import Path

import pytest

from grader.boundary.causes import NO_EXIT
from grader.core.scoring import Outcome
from grader.pipeline import join_output
from grader.sandbox.process import PlainProcess, ProcessRunner
from grader.sandbox.runner import MEBI, Allowance, SandboxError
from grader.suite.messages import SuiteJob
from grader.suite.run import SuiteFailed, SuiteProcess, ignore
from grader.suite.start import StartedSuite
from tests.grader.support.processes import are_over
from tests.grader.support.small_suite import run_suite, write_suite

pytestmark = pytest.mark.slow

MANIFEST = """
limits: {test_seconds: 10, run_seconds: 60, memory_mebibytes: 1024, output_kibibytes: 1}
deferred: {adapters: [tell]}
"""
ALLOWANCE = Allowance(memory=1024 * MEBI, output=1 << 10)
CONFTEST = """
def pytest_addoption(parser):
    parser.addoption("--seed", type=int, default=0)
"""
CASES = """
import pytest
from tests import adapters

class TestFirst:
    def test_one(self):
        '''One is asked for.'''
        assert adapters.one() == 1

    def test_two(self):
        '''Two is asked for.'''
        assert adapters.two() == 2

class TestSecond:
    def test_three(self):
        '''Three is asked for.'''
        assert adapters.three() == 3
"""
DOUBLING = """
@pytest.fixture
def worked_example(request):
    return lambda: request.node.user_properties.append(("worked_example", "passed"))

class TestDouble:
    @pytest.mark.parametrize("number", range(3, 9))
    def test_double(self, worked_example, number):
        assert adapters.double(2) == 4
        worked_example()
        assert adapters.double(number) == 2 * number
"""
REPORTING = """
from grader.boundary.call_progress import progress

def one():
    progress.report(epoch=1, epochs=3)
    return 1
"""
IN_ORDER = 2  # a seed that draws the suite's own order for these tests
RIGHT = "def one():\n    return 1\n\ndef two():\n    return 2\n\ndef three():\n    return 3\n"


@pytest.fixture
def root(tmp_path):
    """Return the folder of an assignment with three tests."""
    root = tmp_path / "assignment"
    for name, text in {
        "rubric.yaml": "suite: cases\n",
        "cases/suite.yaml": MANIFEST,
        "cases/conftest.py": CONFTEST,
        "cases/test_cases.py": CASES,
        "tests/__init__.py": "",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Return the folder in which temporary files are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


@pytest.fixture
def grade(root):
    """Return a function that runs the suite on an adapters module and returns the outcome."""

    def grade(source, cases=None, listen=ignore, seed=IN_ORDER, ships=None, **options):
        if cases is not None:
            (root / "cases" / "test_cases.py").write_text(
                f"import os\nimport pytest\nfrom tests import adapters\n{cases}"
            )
        job = SuiteJob({"tests/adapters.py": source.encode(), **(ships or {})}, seed, **options)
        with closing(SuiteProcess(StartedSuite(root))) as suite:
            return suite.run(job, ProcessRunner(ALLOWANCE), listen)

    return grade


def replaced(name, *lines):
    """Return the right adapters, with other lines as the body of one of them."""
    body = "".join(f"    {line}\n" for line in lines)
    return f"import os, sys, time\n{RIGHT}\ndef {name}():\n{body}"


def output(outcome):
    """Return the output of all processes."""
    return join_output(outcome.outputs, ALLOWANCE.output)


def noting(names):
    """Return a listener that notes the names of the tests in `names`, in the order in which they end."""
    return lambda kind, content: names.append(content.name) if kind == "result" else None


def outcomes(outcome):
    """Return how each test ended, in order."""
    return [result.outcome for result in outcome.results]


def test_right_answers_pass(grade):
    """Every test has a result, in the order of the suite, with its sentence and its time."""
    outcome = grade(RIGHT)

    assert [(result.group, result.name) for result in outcome.results] == [
        ("TestFirst", "test_one"),
        ("TestFirst", "test_two"),
        ("TestSecond", "test_three"),
    ]
    assert outcome.expected == {"TestFirst": ["test_one", "test_two"], "TestSecond": ["test_three"]}
    assert outcomes(outcome) == [Outcome.PASSED] * 3
    assert outcome.results[0].description == "One is asked for."
    assert outcome.results[0].seconds > 0
    assert (outcome.unloadable, output(outcome), list(outcome.notes)) == (None, "", [])


def test_the_suites_own_modules_are_no_part_of_a_submission(grade):
    """A submission that computes by a module of the suite's folder cannot be imported."""
    outcome = grade("from cases.answers import *", ships={"cases/answers.py": RIGHT.encode()})

    assert outcomes(outcome) == [Outcome.ERROR] * 3
    assert "line 1 imports cases" in outcome.unloadable


def test_events_tell_of_progress(grade):
    """Each result is reported as it comes."""
    events = []

    grade(RIGHT, listen=lambda kind, content: events.append((kind, content)))

    assert [kind for kind, _ in events] == ["result"] * 3
    assert events[0][1].name == "test_one"


def test_the_second_stage_comes_last_in_a_process_of_its_own(root, grade):
    """Its classes run after all others, in a fresh process, with an event before them."""
    (root / "cases" / "suite.yaml").write_text(f"{MANIFEST}\nsecond_stage: [TestFirst]\n")
    source = f"import os\n{RIGHT}".replace("return", "print(os.getpid()); return")
    events = []

    outcome = grade(source, listen=lambda kind, _content: events.append(kind))

    assert events == ["result", "stage", "result", "result"]
    assert [result.name for result in outcome.results] == ["test_three", "test_one", "test_two"]
    first, second, third = output(outcome).split()
    assert first != second == third


def test_tests_run_in_an_order_that_the_seed_draws(grade):
    """Tests run in another order under another seed; the outcome has them in the suite's."""
    started = {seed: [] for seed in range(8)}

    told = [
        [result.name for result in grade(RIGHT, listen=noting(started[seed]), seed=seed).results]
        for seed in started
    ]

    assert len({tuple(names) for names in started.values()}) > 1
    assert told == [["test_one", "test_two", "test_three"]] * len(started)


def test_a_drawn_order_sets_up_each_shared_fixture_once(grade):
    """Tests of a class and of a module stay together, so a fixture of theirs serves all of them."""
    cases = """
        made = []

        @pytest.fixture(scope="class")
        def of_the_class(request):
            made.append(request.node.nodeid)

        @pytest.fixture(scope="module")
        def of_the_module(request):
            made.append(request.node.nodeid)

        @pytest.mark.usefixtures("of_the_class", "of_the_module")
        class Shared:
            @pytest.mark.parametrize("number", range(5))
            def test_made_once(self, number):
                assert len(made) == len(set(made))

        class TestA(Shared): pass
        class TestB(Shared): pass
        class TestC(Shared): pass
    """

    assert outcomes(grade(RIGHT, textwrap.dedent(cases), seed=1)) == [Outcome.PASSED] * 15


def test_classes_can_be_left_out(grade):
    """Tests of classes that are left out are neither expected nor run."""
    outcome = grade(RIGHT, left_out=["TestFirst"])

    assert outcome.expected == {"TestSecond": ["test_three"]}
    assert outcomes(outcome) == [Outcome.PASSED]


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("os._exit(3)", "it ended itself with exit status 3"),
        ("os._exit(0)", "it ended itself with exit status 0"),
        ("os.kill(os.getpid(), 9)", "it was ended by the signal SIGKILL"),
        ("os.kill(os.getpid(), 40)", "it was ended by the signal 40"),
        ("os.close(int(sys.argv[1])); time.sleep(9)", "it closed its connection to the tests"),
    ],
)
def test_a_process_that_ends_is_replaced(grade, end, reason):
    """The test in which it ends is lost, with the reason; a fresh process takes the others."""
    outcome = grade(replaced("two", end))

    assert outcomes(outcome) == [Outcome.PASSED, Outcome.ERROR, Outcome.PASSED]
    assert outcome.results[1].message == f"the submission's process ended: {reason}"


def test_a_process_that_ends_between_tests_costs_one_of_them(grade):
    """A process that ends after an answer loses the test that needs it next, and no other."""
    source = replaced("one", "import threading", "threading.Timer(0.2, os._exit, [3]).start()", "return 1")
    waiting = CASES.replace("assert adapters.two()", "time.sleep(0.4); assert adapters.two()")

    outcome = grade(source, f"import time\n{waiting}")

    assert outcomes(outcome) == [Outcome.PASSED, Outcome.ERROR, Outcome.PASSED]


def test_a_test_has_a_time_limit(grade):
    """A test without an answer in time is lost; the others run."""
    outcome = grade(replaced("two", "while True: pass"), test_seconds=1.0)

    assert outcomes(outcome) == [Outcome.PASSED, Outcome.ERROR, Outcome.PASSED]
    assert outcome.results[1].message == "stopped: no answer within 1 seconds"


def test_an_adapter_may_have_a_time_limit_of_its_own(root, grade):
    """A call of such an adapter may take longer than a test, or less; the message has its own limit."""
    manifest = f"{MANIFEST}\nseconds: {{one: 10, two: 0.5}}\n"
    (root / "cases" / "suite.yaml").write_text(manifest)
    source = replaced("one", "time.sleep(1.2)", "return 1") + "\ndef two():\n    time.sleep(1.2)\n"

    outcome = grade(source, test_seconds=1.0)

    assert outcomes(outcome) == [Outcome.PASSED, Outcome.ERROR, Outcome.PASSED]
    assert outcome.results[1].message == "stopped: no answer within 0.5 seconds"


def test_no_time_limit_of_an_adapter_outlasts_the_run(root, grade):
    """A call with a limit of its own is stopped when the time of the whole run is over."""
    (root / "cases" / "suite.yaml").write_text(f"{MANIFEST}\nseconds: {{one: 60}}\n")
    started = time.monotonic()

    outcome = grade(replaced("one", "while True: pass"), run_seconds=1.5)

    assert time.monotonic() - started < 60  # which is the adapter's own limit
    assert outcomes(outcome) == [Outcome.ERROR, Outcome.NOT_RUN, Outcome.NOT_RUN]
    assert "1.5 seconds of the whole run" in outcome.results[0].message


def test_the_run_has_a_time_limit(grade):
    """When the time of the whole run is over, the test is stopped and the rest does not run."""
    outcome = grade(replaced("two", "while True: pass"), run_seconds=1.5)

    assert outcomes(outcome) == [Outcome.PASSED, Outcome.ERROR, Outcome.NOT_RUN]
    assert "1.5 seconds of the whole run" in outcome.results[1].message
    assert "1.5 seconds of the whole run" in outcome.results[2].message


def test_an_error_at_import_is_found_once_and_told_for_all(grade):
    """The import is tried once; every test is lost for the same reason, with the student's traceback."""
    outcome = grade("print('imported')\nimport nothing_like_this\n")

    assert outcomes(outcome) == [Outcome.ERROR] * 3
    assert output(outcome) == "imported\n"
    assert outcome.unloadable.startswith("tests/adapters.py cannot be imported: ModuleNotFoundError")
    assert len({result.message for result in outcome.results}) == 1
    assert 'File "tests/adapters.py", line 2' in outcome.results[0].message


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("while True: pass", "stopped: no answer within 1 seconds"),
        ("import os; os._exit(0)", "the submission's process ended: it ended itself with exit status 0"),
        ("raise SystemExit", f"SystemExit: {NO_EXIT}"),
        ("class A(", "SyntaxError: '(' was never closed [Python 3.11] (adapters.py, line 1)"),
    ],
)
def test_an_import_that_does_not_end_well_makes_the_submission_unloadable(grade, source, reason):
    """A loop, an exit or a syntax error at import is reported once, after one try."""
    outcome = grade(source, test_seconds=1.0)

    assert outcomes(outcome) == [Outcome.ERROR] * 3
    assert outcome.unloadable == f"tests/adapters.py cannot be imported: {reason}"


def test_a_breach_is_noted_for_staff(grade):
    """Bytes that are no frame lose the test, with a note for staff; the next test has a fresh process."""
    outcome = grade(replaced("two", "os.write(int(sys.argv[1]), bytes(range(100, 200)))", "return 2"))

    assert outcomes(outcome) == [Outcome.PASSED, Outcome.ERROR, Outcome.PASSED]
    assert outcome.results[1].message.startswith("the submission broke the protocol")
    assert len(outcome.notes) == 1


def test_staff_read_of_stored_answers(grade):
    """Answers that are right for every example and for no drawn number are noted; staff alone read it."""
    outcome = grade("def double(number):\n    return 4\n", DOUBLING)

    assert outcomes(outcome) == [Outcome.FAILED] * 6
    assert [note.partition(":")[0] for note in outcome.staff_notes] == ["Stored answers are likely"]
    assert not outcome.notes


@pytest.mark.parametrize("body", ["2 * number", "number ** 2 if number < 6 else 2 * number", "7", "1 / 0"])
def test_staff_read_nothing_of_honest_mistakes(grade, body):
    """A right submission, and wrong ones that compute, get no note."""
    assert not grade(f"def double(number):\n    return {body}\n", DOUBLING).staff_notes


def test_staff_read_of_a_stranger_at_the_students_end(grade):
    """A submission that answers in place of the grader's own code in its process is noted."""
    stranger = "import sys\nsys.modules['__main__'].OPERATORS['add'] = lambda a, b: 7\n"

    outcome = grade(stranger + RIGHT)

    assert outcomes(outcome) == [Outcome.PASSED] * 3
    assert len(outcome.staff_notes) == 1
    assert "in place of the grader's own code" in outcome.staff_notes[0]


def test_a_breach_in_every_test_is_one_note(grade):
    """Staff read a note once, with the number of times."""
    breach = "os.write(int(sys.argv[1]), bytes(range(100, 200)))"

    adapters = (f"def {name}():\n    {breach}\n" for name in ("one", "two", "three"))
    outcome = grade("import os, sys\n" + "".join(adapters))

    assert outcomes(outcome) == [Outcome.ERROR] * 3
    assert len(outcome.notes) == 1
    assert outcome.notes[0].endswith("(3 times).")


def test_progress_of_a_long_call_is_an_event(grade):
    """Progress from a module beside the submission, while a call is open, reaches the listener of the run."""
    events = []

    grade(REPORTING, listen=lambda kind, content: events.append((kind, content)))

    told = [content for kind, content in events if kind == "progress"]
    assert told == [{"group": "TestFirst", "numbers": {"epoch": 1, "epochs": 3}}]


def test_output_of_all_processes_is_kept_up_to_the_limit(grade):
    """Output before and after a crash is kept in order, and bytes beyond the limit are counted."""
    source = replaced("one", "print('first'); print('error', file=sys.stderr); os._exit(1)")
    source += "\ndef two():\n    print('second')\n    return 2\n"
    source += "\ndef three():\n    print('x' * 5_000)\n    return 3\n"

    outcome = grade(source)

    printed = output(outcome)
    assert printed.startswith("first\nerror\nsecond\nxxx")
    assert len(printed) < 1_200
    dropped = len("first\nerror\nsecond\n") + 5_001 - 1_024
    assert printed.endswith(f"\n[{dropped} more bytes were printed and not kept]")


def test_output_is_clean_text(grade):
    """Bytes that are no text, terminal escapes and control characters do not get into a report."""
    outcome = grade(replaced("one", r"os.write(1, b'\xff\x1b[31mred\x00\x07'); return 1"))

    assert "red" in output(outcome)
    assert output(outcome).isprintable()


def test_an_error_in_the_last_call_loses_the_test(grade):
    """A test that asks for nothing after its last call is lost if that call raises."""
    outcome = grade(
        "def tell():\n    raise ValueError('late')\n",
        "class TestA:\n    def test_a(self):\n        adapters.tell()\n",
    )

    assert outcomes(outcome) == [Outcome.ERROR]
    assert outcome.results[0].message.startswith("ValueError: late\n")


@pytest.mark.parametrize(
    ("case", "ending"),
    [
        ("pytest.skip('why')", Outcome.FAILED),
        ("pytest.xfail('why')", Outcome.FAILED),
        ("assert adapters.one() == 2", Outcome.FAILED),
        ("adapters.one() + ''", Outcome.ERROR),
        ("__import__('numpy').float64(1e308) * 10", Outcome.PASSED),  # a warning is about no test
        ("pass", Outcome.PASSED),
    ],
)
def test_how_a_test_ends_decides(grade, case, ending):
    """Skipped counts as failed, as does a warning about numbers, which is an error on a student's machine."""
    outcome = grade(RIGHT, f"class TestA:\n    def test_a(self):\n        {case}\n")

    assert outcomes(outcome) == [ending]


def test_a_parametrised_test_gets_its_arguments(grade):
    """Arguments reach the test and the fixtures that ask for them; those of a fixture go to the fixture."""
    cases = textwrap.dedent("""
        @pytest.fixture
        def doubled(number):
            return 2 * number

        @pytest.fixture
        def named(request):
            return f"name {request.param}"

        @pytest.mark.parametrize("named", ["x"], indirect=True)
        @pytest.mark.parametrize("number, other", [(1, 2)])
        class TestA:
            def test_a(self, doubled, named, number, other):
                assert (doubled, named, number, other) == (2, "name x", adapters.one(), adapters.two())
    """)

    assert outcomes(grade(RIGHT, cases)) == [Outcome.PASSED]


@pytest.mark.parametrize("when", ["setup", "teardown"])
def test_a_hook_of_the_suite_sees_tests_without_fixtures(root, grade, when):
    """Pytest prepares no test that needs no fixture, unless the suite has a hook of its own for that."""
    with (root / "cases" / "conftest.py").open("a") as file:
        file.write(f"\ndef pytest_runtest_{when}(item):\n    raise RuntimeError(item.name)\n")

    outcome = grade(RIGHT, "class TestA:\n    def test_a(self):\n        pass\n")

    assert outcomes(outcome) == [Outcome.NOT_JUDGED]
    assert "RuntimeError: test_a" in outcome.results[0].message


def test_an_error_of_a_fixture_is_the_graders_fault(grade):
    """A test whose fixture fails is not judged: no student is charged for that."""
    cases = """
        class TestA:
            @pytest.fixture
            def data(self):
                raise RuntimeError("no data")

            def test_a(self, data):
                assert adapters.one() == 1
    """

    outcome = grade(RIGHT, textwrap.dedent(cases))

    assert outcomes(outcome) == [Outcome.NOT_JUDGED]
    assert "no data" in outcome.results[0].message


@pytest.mark.parametrize("method", ["ending", "kill"])
def test_a_sandbox_that_fails_meanwhile_ends_the_run(grade, monkeypatch, method):
    """When it cannot be told how a process ended, or that it is gone, nothing is judged by it."""
    working = getattr(PlainProcess, method)

    def fail(process):
        working(process)
        raise SandboxError("the engine is gone")

    monkeypatch.setattr(PlainProcess, method, fail)

    with pytest.raises(SandboxError, match="the engine is gone"):
        grade(replaced("one", "import os; os._exit(3)"))


def test_a_sandbox_that_cannot_be_opened_ends_the_run(grade, monkeypatch):
    """The reason is the runner's own."""

    def fail(runner):
        raise SandboxError(f"{runner.kind.name} is unavailable")

    monkeypatch.setattr(ProcessRunner, "open", fail)

    with pytest.raises(SandboxError, match="process is unavailable"):
        grade(RIGHT)


def test_a_suite_that_cannot_run_is_the_graders_fault(grade):
    """When pytest cannot collect the cases, the run fails and says why."""
    with pytest.raises(SuiteFailed, match="no_such_module"):
        grade(RIGHT, "import no_such_module\n")


def test_the_submission_sees_nothing_of_this_process(grade, monkeypatch):
    """Its environment is a fixed one, its folder holds its upload, and it has one socket of ours."""
    monkeypatch.setenv("GRADER_SECRET", "s3cret")
    source = """
import os
import sys

def is_open(number):
    try:
        return bool(os.fstat(number))
    except OSError:
        return False

def one():
    return sorted(os.environ), os.listdir(), list(filter(is_open, range(256))), int(sys.argv[1])
"""
    cases = """
        class TestA:
            def test_a(self):
                names, files, descriptors, socket = adapters.one()
                assert names == sorted(["HOME", "LANG", "PATH", "PYTHONHASHSEED", "PYTHONUNBUFFERED",
                    "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "MALLOC_ARENA_MAX"])
                assert files == ["tests"]
                assert descriptors == [0, 1, 2, socket]
    """

    outcome = grade(source, textwrap.dedent(cases))

    assert [result.message for result in outcome.results] == [""]


SAME_PROCESSOR = """
import os
from tests import adapters

class TestFirst:
    def test_one(self):
        assert adapters.one() == sorted(os.sched_getaffinity(0))
        assert len(os.sched_getaffinity(0)) == 1
"""
TELLS_ITS_PROCESSORS = "import os\ndef one():\n    return sorted(os.sched_getaffinity(0))\n"


def test_both_ends_of_the_boundary_share_a_processor(tmp_path, monkeypatch):
    """A job and its submission take turns, so they run on one processor; the grader itself runs on all."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # where no other grader takes one
    before = os.sched_getaffinity(0)
    root = write_suite(tmp_path, SAME_PROCESSOR)
    with closing(ProcessRunner(Allowance())) as runner:
        outcome = run_suite(
            root, runner, "import os\ndef one():\n    return sorted(os.sched_getaffinity(0))\n"
        )

    assert [result.outcome for result in outcome.results] == [Outcome.PASSED], outcome.results
    assert os.sched_getaffinity(0) == before


def test_a_folder_that_is_called_like_the_grader_is_not_imported(tmp_path, monkeypatch):
    """The working folder may be a student's, with any files in it."""
    (tmp_path / "grader").mkdir()
    (tmp_path / "grader" / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.chdir(tmp_path)
    root = write_suite(tmp_path / "suite")

    with closing(ProcessRunner(Allowance())) as runner:
        outcome = run_suite(root, runner)

    assert {result.outcome for result in outcome.results} == {Outcome.PASSED}


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_no_process_and_no_file_is_left(grade, temporary, tmp_path):
    """After a run its processes are gone, also those that the submission started, and so is its folder."""
    pids = tmp_path / "pids"
    source = f"""
import os, subprocess, sys, time
def one():
    open("mess", "w").write("mess")
    child = subprocess.Popen(["sleep", "60"])
    open({str(pids)!r}, "a").write(f"{{os.getpid()}} {{child.pid}} ")
    return 1
def two():
    if os.fork() == 0:
        time.sleep(60)
    os._exit(3)
def three():
    one()
    return 3
"""

    outcome = grade(source, test_seconds=1.5)

    assert outcomes(outcome) == [Outcome.PASSED, Outcome.ERROR, Outcome.PASSED]
    assert len(pids.read_text().split()) == 4
    assert are_over(pids.read_text().split())
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_run_that_is_broken_off_leaves_nothing(root, temporary, tmp_path):
    """When the listener raises in the middle of a run, processes and files are gone as well."""
    pid = tmp_path / "pid"
    source = f"import os\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\n{RIGHT}"
    job = SuiteJob({"tests/adapters.py": source.encode()}, seed=0)

    def stop(kind, content):
        del content
        if kind == "result":
            raise KeyboardInterrupt

    with closing(SuiteProcess(StartedSuite(root))) as suite, pytest.raises(KeyboardInterrupt):
        suite.run(job, ProcessRunner(ALLOWANCE), stop)

    assert are_over([pid.read_text()])
    assert list(temporary.iterdir()) == []


def test_collecting_leaves_nothing(root, temporary):
    """Asking for the names of the tests leaves no folder behind."""
    with closing(SuiteProcess(StartedSuite(root))) as suite:
        tests = suite.tests

    assert tests == {"TestFirst": ["test_one", "test_two"], "TestSecond": ["test_three"]}
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_process_that_gets_away_cannot_disturb_later_ones(temporary):
    """Output of a grandchild that left its group does not make us read from descriptors of others."""
    process = ProcessRunner(Allowance()).open()
    with Path(f"/proc/{process._child.pid}/fd/1").open("wb") as pipe:  # noqa: SLF001 - what it prints to
        runaway = subprocess.Popen(
            ["/bin/sh", "-c", "sleep 3; echo late; sleep 0.3"], stdout=pipe, start_new_session=True
        )
    process.kill()
    del process
    ours = [socket.socketpair() for _ in range(8)]
    assert runaway.wait() == 0

    for one, other in ours:
        one.sendall(b"mine")
        other.settimeout(2)
        assert other.recv(4) == b"mine"
        one.close()
        other.close()
    assert list(temporary.iterdir()) == []


def test_adapters_of_another_assignment_say_so(grade):
    """Where none of the functions is there, the submission is not gradable, and its functions are named."""
    outcome = grade("def run_bpe(): return 1\ndef one_more(): return 1\n")

    assert outcome.unloadable.startswith("tests/adapters.py has none of the functions that the tests call")
    assert "It has one_more, run_bpe" in outcome.unloadable


def test_a_broken_part_is_noted_and_the_rest_is_graded(grade):
    """Where some test passes, a broken import is a note; where none does, the submission is not gradable."""
    some = grade(f"from no_such_module import x\n{RIGHT.replace('return 2', 'return x()')}")
    none = grade(f"from no_such_module import x\n{RIGHT.replace('return ', 'return x() or ')}")

    assert outcomes(some) == [Outcome.PASSED, Outcome.ERROR, Outcome.PASSED]
    assert some.unloadable is None
    assert "no_such_module cannot be imported" in some.notes[0]
    assert outcomes(none) == [Outcome.ERROR] * 3
    assert none.unloadable.startswith("tests/adapters.py cannot be imported: no_such_module")
