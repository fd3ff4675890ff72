"""Code that works on a student's machine: it works in every sandbox, or one sentence says why it cannot."""

import pytest

from grader.boundary.channel import Channel
from grader.boundary.errors import Raised, Unwritten
from grader.boundary.interface import Interface
from grader.runners import docker_of
from grader.sandbox.runner import Allowance, SandboxError
from grader.sandbox.runner_choice import candidates
from grader.settings import read_settings

RUNNERS = (
    pytest.param("docker", marks=pytest.mark.docker),
    pytest.param("bwrap", marks=pytest.mark.tool),
    "jail",
    "process",
)
ADAPTERS = "tests/adapters.py"


@pytest.fixture(scope="module", params=RUNNERS)
def runner(request):
    """Return each runner that works here."""
    try:
        [kind] = candidates(request.param, docker_of(read_settings()))
        opened = kind(Allowance())
        opened.open().kill()
    except SandboxError as error:
        pytest.skip(str(error))
    yield opened
    opened.close()


@pytest.fixture
def start(runner):
    """Return a function that loads files, given by their paths, and returns channel and answer."""
    processes = []

    def start(source, files=None):
        processes.append(runner.open())
        channel = Channel(processes[-1].stream, Interface())
        channel.limit_time(30)
        contents = {ADAPTERS: source, **(files or {})}
        raw = {path: text.encode() if isinstance(text, str) else text for path, text in contents.items()}
        loaded = channel.load(raw)
        channel.start_afresh()
        return channel, loaded

    yield start
    for process in processes:
        process.kill()


FILES = {
    "a log at import": (
        """
import logging
logging.basicConfig(filename='run.log')
logging.warning('hello')
def f(): return open('run.log').read()
""",
        "WARNING:root:hello\n",
    ),
    "text": (
        """
def f():
    with open('a.txt', 'w') as file:
        print('x', file=file)
    with open('a.txt', 'a') as file:
        file.write('y')
    return open('a.txt').read()
""",
        "x\ny",
    ),
    "pathlib": (
        """
from pathlib import Path
def f():
    folder = Path('out/a')
    folder.mkdir(parents=True)
    (folder / 'b.txt').write_text('z')
    (folder / 'b.txt').rename('c.txt')
    listed = [path.name for path in Path('out').iterdir()]
    return [Path('c.txt').read_text(), folder.exists(), listed]
""",
        ["z", True, ["a"]],
    ),
    "weights": (
        """
import numpy as np
def f():
    np.save('w.npy', np.arange(3))
    np.savez('w.npz', a=np.ones(2))
    return [int(np.load('w.npy').sum()), float(np.load('w.npz')['a'].sum())]
""",
        [3, 2.0],
    ),
    "pickle": (
        """
import pickle
def f():
    with open('p', 'wb') as file: pickle.dump([1], file)
    with open('p', 'rb') as file: return pickle.load(file)
""",
        [1],
    ),
    "a temporary folder": (
        """
import os
def f():
    open('/tmp/x.txt', 'w').write('t')
    text = open('/tmp/x.txt').read(); os.remove('/tmp/x.txt')
    return [text, os.path.exists('/tmp/x.txt')]
""",
        ["t", False],
    ),
    "the null device": (
        """
import os, contextlib
def f():
    nothing = open(os.devnull, 'w')
    with contextlib.redirect_stdout(nothing):
        print('x')
    return open(os.devnull).read()
""",
        "",
    ),
}


@pytest.mark.parametrize(("source", "expected"), FILES.values(), ids=FILES)
def test_a_submission_writes_into_its_scratch_folder(start, source, expected):
    """A program finds files again that it wrote beside its modules."""
    channel, _ = start(source)

    assert channel.ask("call", "f", [], {}) == expected


READS = {
    "a relative path": "open('data/digits.txt').read()",
    "beside the module": "(Path(__file__).parent.parent / 'data' / 'digits.txt').read_text()",
    "an absolute path": "open(os.path.abspath('data/digits.txt')).read()",
    "numpy": "str(int(np.loadtxt('data/digits.txt')))",
    "a listing": "open('data/' + os.listdir('data')[0]).read()",
    "a scan": "open(next(os.scandir('data')).path).read()",
}


@pytest.mark.parametrize("expression", READS.values(), ids=READS)
def test_a_submission_reads_its_own_upload(start, expression):
    """A file of the upload is where it is on a student's machine."""
    source = f"import os\nimport numpy as np\nfrom pathlib import Path\ndef f(): return {expression}\n"

    channel, _ = start(source, {"data/digits.txt": "42"})

    assert channel.ask("call", "f", [], {}) == "42"


SENTENCES = {
    "exit": ("exit(0)", "Your code ends the program"),
    "quit": ("quit()", "Your code ends the program"),
    "sys.exit": ("__import__('sys').exit(1)", "Your code ends the program"),
    "input": ("input('n? ')", "Nobody answers input() in grading"),
    "a missing file": ("open('weights.npz', 'rb')", "weights.npz is not in your upload"),
    "a full folder": ("open('x', 'wb').write(bytes(17 << 20))", "scratch folder of grading is full"),
    "a descriptor": ("__import__('numpy').fromfile(f.__code__.co_filename)", "has no descriptor"),
}
ISOLATED = {
    "multiprocessing": ("__import__('multiprocessing').Pool(2)", "starts no other program or process"),
    "a process": ("__import__('multiprocessing').Process(target=print).start()", "starts no other program"),
    "subprocess": ("__import__('subprocess').run(['ls'])", "Grading starts no other program or process"),
    "os.system": ("__import__('os').system('ls')", "Grading starts no other program or process"),
    "os.fork": ("__import__('os').fork()", "Grading starts no other program or process"),
    "asyncio": (
        "__import__('asyncio').run(__import__('asyncio').sleep(0))",
        "Call your code without asyncio",
    ),
    "network": ("__import__('urllib.request').request.urlopen('http://127.0.0.1:9/')", "no network"),
    "a file of the machine": ("open('/etc/shadow')", "the files of your upload only"),
    "a file elsewhere": ("open('/home/log.txt', 'w')", "a relative path"),
}


def sentence(start, expression):
    """Return the message of an expression's error."""
    channel, _ = start(f"def f(): return {expression}\n")
    with pytest.raises(Raised) as caught:
        channel.ask("call", "f", [], {})
    assert "grader-" not in str(caught.value) + caught.value.traceback
    assert "[Errno" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(("expression", "words"), SENTENCES.values(), ids=SENTENCES)
def test_what_the_sandbox_stops_is_told_in_a_sentence(start, expression, words):
    """One sentence per cause, in every runner, and no path of this machine in it."""
    assert words in sentence(start, expression)


@pytest.mark.parametrize(("expression", "words"), ISOLATED.values(), ids=ISOLATED)
def test_what_isolation_stops_is_told_in_a_sentence(start, runner, expression, words):
    """Where the runner isolates, it says so in a sentence."""
    if runner.kind.name == "process":
        pytest.skip("this runner does not isolate")

    assert words in sentence(start, expression)


CORE = "def core(): return 1\n"
BONUS = {
    "from": ("from lib.conv import conv\n{}def bonus(): return conv()\n", "conv()"),
    "several names": ("from lib import core as c, conv\n{}def bonus(): return conv.conv()\n", ""),
    "a module": ("import lib.conv\n{}def bonus(): return lib.conv.conv()\n", ""),
    "a module by another name": ("import lib.conv as k\n{}def bonus(): return k.conv()\n", ""),
    "all names": ("from lib.conv import *\n{}def bonus(): return conv()\n", ""),
    "in a block": ("if True:\n    from lib.conv import conv\n{}def bonus(): return conv()\n", ""),
    "used at the top": ("from lib.conv import Conv\n{}layer = Conv(3)\ndef bonus(): return layer(1)\n", ""),
    "a base class": ("from lib.conv import Conv\n{}class Mine(Conv): pass\ndef bonus(): return Mine()\n", ""),
    "by the package": ("from lib import other\n{}def bonus(): return other.x()\n", ""),
}
BROKEN = {
    "an error": "1 / 0\n",
    "a syntax error": "def conv(:\n",
    "an exit": "exit(0)\n",
    "a missing module": "import torch\n",
    "UTF-16": "x = 1\n".encode("utf-16"),
}


@pytest.mark.slow
@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize(("source", "_"), BONUS.values(), ids=BONUS)
def test_a_broken_bonus_costs_the_bonus_only(start, source, _, text):
    """Adapters that need a broken module lose, and no others, for every form of import."""
    files = {"lib/conv.py": text, "lib/core.py": "", "lib/__init__.py": ""}
    if "other" in source:
        files |= {"lib/__init__.py": "from .conv import conv\n", "lib/other.py": "from .conv import x\n"}
    channel, loaded = start(source.format(CORE), files)

    assert channel.ask("call", "core", [], {}) == 1
    with pytest.raises(Raised, match=r"lib/conv\.py") as caught:
        channel.ask("call", "bonus", [], {})
    assert not isinstance(caught.value, Unwritten)
    assert loaded.broken


def test_an_error_of_the_adapters_themselves_stays(start):
    """An error that no import raised is an error of all adapters."""
    with pytest.raises(Raised, match="ZeroDivisionError"):
        start("def f(): return 1\nx = 1 / 0\n")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (
            {"lib/a.py": "import matplotlib.pyplot as plt\n"},
            r"a.py line 1 imports matplotlib.*numpy only",
        ),
        ({"lib/a.py": "x = 1\n".encode("utf-16-le")}, "lib/a.py is UTF-16: save the file as UTF-8"),
        ({"lib/a.py": "# ü\n".encode("latin-1")}, "save the file as UTF-8"),
        ({"lib/a.py": "type X = int\n"}, r"\[Python 3.11\]"),
        ({"code/lib/a.py": ""}, r"imports lib, which is in code/lib.*or in src/"),
        ({"Lib/a.py": ""}, r"imports lib, which is in Lib"),
    ],
)
def test_a_module_that_cannot_be_imported_says_what_to_do(start, files, words):
    """File, line and remedy stand in the message."""
    channel, loaded = start("from lib import a\ndef f(): return a.x\n", files)

    with pytest.raises(Raised, match=words):
        channel.ask("call", "f", [], {})
    assert len(loaded.broken) == 1


def test_a_src_layout_works(start):
    """A package below src/ is found."""
    channel, _ = start("from lib.a import x\ndef f(): return x\n", {"src/lib/a.py": "x = 3\n"})

    assert channel.ask("call", "f", [], {}) == 3


def test_scratch_files_are_of_one_process(start):
    """A process does not find files of another one."""
    source = "import os\ndef f():\n    seen = os.path.exists('a'); open('a', 'w').close(); return seen\n"

    assert [start(source)[0].ask("call", "f", [], {}) for _ in range(2)] == [False, False]
