"""Both ends of the boundary, with a real student process: proxies, errors, callbacks, limits."""

import gc

import numpy as np
import pytest

from grader.boundary.channel import Channel
from grader.boundary.errors import Died, Raised, TimedOut, Unwritten
from grader.boundary.interface import Interface
from grader.boundary.proxy import Proxy
from grader.boundary.remote_adapters import RemoteAdapters
from grader.sandbox.process import ProcessRunner
from grader.sandbox.runner import MEBI, Allowance

SECONDS = 60.0
INTERFACE = Interface(
    adapters=frozenset(["create", "add", "fail", "fill"]),
    methods=frozenset(["double"]),
    attributes=frozenset(["first"]),
)
NODES = """
import gc

class Node:
    def __init__(self, data, prev=()):
        self.data = data
        self.operands = list(prev)

    def double(self):
        return Node(self.data * 2, [self])

    def __add__(self, other):
        return Node(self.data + getattr(other, "data", other), [self, other])

    __radd__ = __add__

    @property
    def first(self):
        return self.operands[0]

def create(data):
    return Node(data)

def add(a, b):
    return a + b

def data_of(node):
    return node.data

def alive():
    gc.collect()
    return sum(type(thing) is Node for thing in gc.get_objects())
"""


@pytest.fixture
def start():
    """Return a function that starts a student process with an adapters module and returns its channel."""
    processes = []

    def start(source, allowance=None, **files):
        processes.append(ProcessRunner(allowance or Allowance()).open())
        channel = Channel(processes[-1].stream, INTERFACE)
        channel.limit_time(SECONDS)
        others = {f"{name}.py": text.encode() for name, text in files.items()}
        channel.load({"tests/adapters.py": source.encode(), **others})
        channel.start_afresh()
        return channel

    yield start
    for process in processes:
        process.kill()


@pytest.fixture
def channel(start):
    """Return the channel to a process that holds nodes."""
    return start(NODES)


@pytest.fixture
def adapters(channel):
    """Return the adapters of that process."""
    return RemoteAdapters(lambda: channel, INTERFACE)


# Proxies


def test_an_object_is_a_proxy_and_its_numbers_are_numbers(adapters):
    """An adapter that returns an object gives a proxy, and its attributes are asked for."""
    node = adapters.create(2.5)

    assert type(node) is Proxy
    assert node.data == 2.5
    assert adapters.data_of(node) == 2.5


def test_the_same_object_is_the_same_proxy(adapters):
    """The same object comes out as the same proxy, by every way."""
    a, b = adapters.create(1.0), adapters.create(2.0)

    c = adapters.add(a, b)

    assert [one is other for one, other in zip(c.operands, (a, b), strict=True)] == [True, True]
    assert c.operands[0] is c.operands[0]


def test_many_calls_of_an_adapter_are_one_request(adapters):
    """`each` calls an adapter once for each list of arguments and returns all results in order."""
    nodes = adapters.create.each([[1.0], [2.0], [3.0]])
    sums = adapters.add.each([[nodes[0], nodes[1]], [nodes[1], nodes[2]]])

    assert [type(node) for node in nodes] == [Proxy] * 3
    assert adapters.data_of.each([[node] for node in sums]) == [3.0, 5.0]
    assert sums[0].operands[1] is nodes[1]


def test_many_objects_are_folded_in_one_request(adapters):
    """`fold` combines objects from left to right, and a graph of thousands is one request."""
    one = adapters.create(1.0)

    total = adapters.add.fold([one] * 3_000)

    assert total.data == 3_000.0
    assert total.operands[1] is one


@pytest.mark.parametrize("name", ["each", "fold"])
def test_an_error_in_one_of_many_calls_is_the_submissions(adapters, name):
    """A call that raises among many gives the same error as one that stands alone."""
    bulk = getattr(adapters.add, name)

    with pytest.raises(Raised, match="TypeError"):
        _ = [*bulk([[1.0, "two"]])] if name == "each" else bulk([1.0, "two"]).data


def test_an_adapter_that_is_missing_is_missing_for_many_calls_too(adapters):
    """`each` names the adapter that tests/adapters.py lacks."""
    with pytest.raises(Raised, match="no function absent"):
        adapters.absent.each([[1.0]])


def test_operators_are_the_objects_own(adapters):
    """An operator on a proxy is done on the object, also with a number or a numpy scalar on the left."""
    a = adapters.create(2.0)

    assert (a + 3).data == 5.0
    assert (3 + a).data == 5.0
    assert (np.float64(3) + a).data == 5.0
    assert (a + a).data == 4.0


def test_attributes_are_set_there(adapters):
    """Assigning to an attribute of a proxy assigns to the object's."""
    a = adapters.create(2.0)

    a.data = np.arange(3.0)

    assert a.data.tolist() == [0.0, 1.0, 2.0]


def test_deferred_methods_and_attributes_give_proxies(adapters):
    """The tests do not wait for results that are known to stay on the other side."""
    a = adapters.create(2.0)

    assert a.double().double().data == 8.0
    assert a.double().first.data == 2.0
    assert [node is a for node in [a.double().first]] == [
        False
    ]  # not known to be the same before it is asked


def test_a_temporary_that_was_dropped_can_be_mentioned_again(adapters):
    """An operand whose proxy is gone is reached again through operands, and stays usable."""
    c = adapters.add(adapters.create(1.0), adapters.create(2.0))
    assert c.data == 3.0  # by now the other side was told that the operands are not in use here

    left, right = c.operands
    for _ in range(5):
        assert (left.data, right.data) == (1.0, 2.0)
        assert adapters.add(left, right).data == 3.0

    assert c.operands[1] is right


def test_a_proxy_dropped_while_an_answer_names_it_stays_usable(start):
    """A drop that crosses with a mention of the same object does not take the object away."""
    channel = start(NODES + "\nkept = Node(7.0)\ndef give():\n    return kept\n")
    adapters = RemoteAdapters(lambda: channel, INTERFACE)

    for _ in range(20):
        proxy = adapters.give()
        del proxy  # the drop travels with the next request, whose answer names the object
        again = adapters.give()

        assert again.data == 7.0
        assert adapters.add(again, 1.0).data == 8.0


def test_a_proxy_dropped_in_a_callback_stays_usable_when_named_again(start):
    """The same holds while a call is open and both sides ask in turn."""
    source = NODES + "\ndef each(f, node, times):\n    return [f(node).data for _ in range(times)], node\n"
    channel = start(source)
    adapters = RemoteAdapters(lambda: channel, INTERFACE)

    values, node = adapters.each(lambda node: node + node.data, adapters.create(2.0), 10)

    assert values == [4.0] * 10
    assert node.data == 2.0


def test_random_use_of_handles_keeps_every_object_right(adapters):
    """Making, dropping and finding again in any order, each proxy stands for its own object."""
    rng = np.random.default_rng(0)
    nodes = [(adapters.create(float(n)), float(n)) for n in range(5)]

    for _ in range(400):
        at = rng.integers(len(nodes))
        proxy, number = nodes[at]
        match rng.integers(5):
            case 0:
                nodes.append((adapters.add(proxy, 1.0), number + 1))
            case 1:
                nodes.append((proxy.double(), number * 2))
                nodes.append((nodes[-1][0].first, number))
            case 2:
                nodes.pop(rng.integers(len(nodes))) if len(nodes) > 3 else None
            case 3:
                assert proxy.data == number
            case _:
                parents = [parent for parent in proxy.operands if type(parent) is Proxy]
                nodes += [(parent, parent.data) for parent in parents]
        nodes = nodes[-12:]

    assert [proxy.data for proxy, _ in nodes] == [number for _, number in nodes]


def test_an_object_that_changes_its_class_stays_one_object(start):
    """An object may change its type; its proxy keeps the first name, and that is no breach."""
    source = "class A: pass\nclass B: pass\na = A()\ndef same():\n    return a\n"
    channel = start(source + "def change():\n    a.__class__ = B\n    return a\n")

    before = channel.ask("call", "same", [], {})
    after = channel.ask("call", "change", [], {})

    assert before is after
    assert after.remote_type == "A"


def test_what_no_proxy_stands_for_is_freed(adapters):
    """The other side forgets objects that neither the test nor other objects hold."""
    kept = [adapters.create(float(n)) for n in range(10)]
    for _ in range(500):
        adapters.add(adapters.create(1.0), kept[0])
    adapters.alive()

    assert adapters.alive() == 10
    del kept[1:]
    adapters.alive()
    assert adapters.alive() == 1


def test_a_new_test_starts_with_no_objects_and_the_same_random_numbers(start):
    """start_afresh forgets the objects of the last test, and seeds the global generators again."""
    source = (
        NODES
        + "\nimport random\nimport numpy as np\n\ndef draw():\n    return random.random(), np.random.rand()\n"
    )
    channel = start(source)
    adapters = RemoteAdapters(lambda: channel, INTERFACE)
    first, old = adapters.draw(), adapters.create(1.0)

    channel.start_afresh()

    assert adapters.draw() == first
    assert adapters.alive() == 0
    del old
    assert adapters.create(2.0).data == 2.0


def test_a_queued_call_keeps_the_array_that_it_was_given(adapters):
    """Changing an array after the call does not change the call's argument."""
    array = np.ones(3)
    node = adapters.create(array)

    array[:] = 7

    assert node.data.tolist() == [1.0, 1.0, 1.0]


# Errors


def test_an_error_of_a_queued_call_surfaces_at_the_next_answer(start):
    """The first error is reported, the calls after it are skipped, and the next test is free of it."""
    source = """
calls = []

def fail(x):
    calls.append(x)
    raise ValueError(f"no {x}")

def count():
    return len(calls)
"""
    channel = start(source)
    adapters = RemoteAdapters(lambda: channel, INTERFACE)
    adapters.fail("first")
    adapters.fail("second")

    with pytest.raises(Raised, match="ValueError: no first"):
        adapters.count()

    assert adapters.count() == 1


def test_an_error_of_the_last_calls_surfaces_at_the_end_of_the_test(start):
    """When a test asks for nothing after a call, flush tells of its error."""
    channel = start("def fail():\n    raise ValueError('late')\n")
    RemoteAdapters(lambda: channel, INTERFACE).fail()

    with pytest.raises(Raised, match="ValueError: late"):
        channel.flush()
    channel.flush()


def test_a_missing_adapter_is_named(adapters):
    """An adapter that is not there is an error of its own, which names it."""
    with pytest.raises(Raised, match=r"MissingAdapter: tests/adapters\.py has no function run_tanh"):
        adapters.run_tanh(1.0)


@pytest.mark.parametrize(
    "raised",
    [
        "SystemExit(0)",
        "KeyboardInterrupt()",
        "BaseException('x')",
        "MemoryError()",
        "RecursionError()",
        "Odd()",
    ],
)
def test_whatever_is_raised_is_an_error_and_no_end(start, raised):
    """An exception of any kind fails the request, and the process goes on."""
    odd = "class Odd(Exception):\n    def __str__(self):\n        raise ValueError\n"
    channel = start(f"{odd}\ndef f():\n    raise {raised}\ndef g():\n    return 3\n")
    adapters = RemoteAdapters(lambda: channel, INTERFACE)

    with pytest.raises(Raised):
        adapters.f()

    assert adapters.g() == 3


def test_a_traceback_holds_the_students_frames_only(start):
    """The traceback shows relative paths and the student's lines, and nothing of the grader."""
    channel = start(
        "from engine import half\n\ndef f(x):\n    return half(x)\n",
        engine="def half(x):\n    return [number / 0 for number in [x]]  # here\n",
    )

    with pytest.raises(Raised) as caught:
        channel.ask("call", "f", [1.0], {})

    lines = caught.value.traceback.splitlines()
    assert str(caught.value) == "ZeroDivisionError: float division by zero"
    assert [line.strip() for line in lines if "File" in line][:2] == [
        'File "tests/adapters.py", line 4, in f',
        'File "engine.py", line 2, in half',
    ]
    assert "return [number / 0 for number in [x]]  # here" in caught.value.traceback
    assert "submission_server.py" not in caught.value.traceback
    assert "/" not in caught.value.traceback.replace("tests/adapters.py", "").replace("number / 0", "")


def test_a_deep_traceback_is_cut(start):
    """Of a recursion without end the last frames are shown."""
    channel = start("def f(x):\n    return f(x + 1)\n")

    with pytest.raises(Raised, match="RecursionError") as caught:
        channel.ask("call", "f", [1], {})

    assert 0 < len(caught.value.traceback.splitlines()) <= 32


def test_a_syntax_error_shows_its_place(start):
    """The error of a file that cannot be compiled has file, line and text."""
    channel = start("import engine\ndef f():\n    return engine.Value()\n", engine="class Value\n    pass\n")

    with pytest.raises(Raised, match=r"SyntaxError: .* \(engine.py, line 1\)") as caught:
        channel.ask("call", "f", [], {})

    assert 'File "engine.py", line 1' in caught.value.traceback
    assert "class Value" in caught.value.traceback


def test_a_runtime_warning_is_no_error(start):
    """Numpy warns about an overflow, and the answer still comes back: its numbers decide."""
    channel = start("import numpy as np\ndef f(x):\n    return 1 / np.exp(x)\n")

    assert channel.ask("call", "f", [np.array([1000.0])], {}).tolist() == [0.0]


@pytest.mark.parametrize("body", ["raise NotImplementedError('f')", "return missing_adapter"])
def test_unwritten_code_is_told_apart(start, body):
    """A stub raises Unwritten and so does a missing adapter; any other exception does not."""
    name = "g" if "missing" in body else "f"
    channel = start(f"def f():\n    {body}\ndef broken():\n    raise AttributeError('f')\n")

    with pytest.raises(Unwritten):
        channel.ask("call", name, [], {})
    with pytest.raises(Raised) as caught:
        channel.ask("call", "broken", [], {})

    assert not isinstance(caught.value, Unwritten)


# Values that are not what they should be


@pytest.mark.parametrize(
    "value",
    ["Float(1.0)", "np.zeros(3).view(Array)", "Text('x')", "object()", "len", "np", "(n for n in [1])"],
)
def test_anything_else_than_plain_values_and_arrays_is_a_proxy(start, value):
    """Subclasses of float, str and ndarray, functions and modules do not cross; a proxy stands for them."""
    kinds = (
        "import numpy as np\nclass Float(float): pass\nclass Text(str): pass\nclass Array(np.ndarray): pass\n"
    )
    channel = start(f"{kinds}\ndef f():\n    return {value}\n")

    assert type(channel.ask("call", "f", [], {})) is Proxy


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("np.array([None])", "dtype object"),
        ("np.array(['a'])", "dtype <U1"),
        ("10 ** 5000", "64 bits"),
        ("-(2 ** 64)", "64 bits"),
        (r"'\ud800'", "Unicode"),
        ("{(1, 2): 3}", "tuple as a key"),
        ("np.broadcast_to(0.0, (10**6, 10**6))", "too large"),
        ("[0.5] * 2_000_000", "too large"),
        ("endless", "nested too deeply"),
    ],
    ids=[
        "objects",
        "texts",
        "huge-int",
        "long-int",
        "surrogate",
        "odd-key",
        "stretched",
        "long-list",
        "endless",
    ],
)
def test_a_value_that_cannot_be_sent_is_an_error_that_says_why(start, value, message):
    """The student gets a reason, the channel stays open, and nobody is accused of breaking the protocol."""
    channel = start(
        f"import numpy as np\nendless = []\nendless.append(endless)\ndef f():\n    return {value}\n"
    )

    with pytest.raises(Raised, match=message):
        channel.ask("call", "f", [], {})

    channel.flush()


def test_other_byte_orders_are_understood(start):
    """An array in the byte order of another machine arrives with its numbers."""
    channel = start("import numpy as np\ndef f():\n    return np.array([1.5, -2.0], dtype='>f8')\n")

    assert channel.ask("call", "f", [], {}).tolist() == [1.5, -2.0]


# Callbacks


def test_a_function_of_the_test_is_called_back(start):
    """An adapter may call a function that the test handed in, with proxies and numbers both ways."""
    channel = start(NODES + "\ndef apply(f, x):\n    return [f(Node(x)).data, f(Node(x + 1)).data]\n")
    adapters = RemoteAdapters(lambda: channel, INTERFACE)

    assert adapters.apply(lambda node: adapters.add(node, node.data), 3.0) == [6.0, 8.0]


def test_callbacks_may_be_nested(start):
    """A function that is called back may call an adapter that calls back."""
    channel = start("def apply(f, x):\n    return f(x) + 1\n")
    adapters = RemoteAdapters(lambda: channel, INTERFACE)

    assert adapters.apply(lambda x: adapters.apply(lambda y: 10 * y, x), 5) == 52


def test_an_error_within_a_callback_is_the_error_that_was_raised(start):
    """An error of the student's code under the test's function reaches the student's call unchanged."""
    source = (
        NODES
        + """
def fail(x):
    raise ValueError("from below")

def apply(f):
    try:
        return f(1.0)
    except ValueError as error:
        return f"caught {error}"
"""
    )
    channel = start(source)
    adapters = RemoteAdapters(lambda: channel, INTERFACE)

    assert adapters.apply(adapters.fail) == "caught from below"


def test_the_tests_own_error_in_a_callback_fails_the_test(start):
    """An error of the test's function ends the student's call and is raised in the test."""
    channel = start("def apply(f):\n    return f(1.0)\n")
    adapters = RemoteAdapters(lambda: channel, INTERFACE)

    with pytest.raises(ZeroDivisionError):
        adapters.apply(lambda x: x / 0)

    channel.flush()


# Limits


def test_an_endless_loop_is_stopped_at_the_deadline(start):
    """A call that never returns is TimedOut."""
    channel = start("def f():\n    while True:\n        pass\n")
    channel.limit_time(0.3)

    with pytest.raises(TimedOut):
        channel.ask("call", "f", [], {})


@pytest.mark.parametrize(
    "end",
    ["os._exit(3)", "os.kill(os.getpid(), 9)", "os.close(int(sys.argv[1]))"],
    ids=["exit", "kill", "close"],
)
def test_a_process_that_ends_has_died(start, end):
    """An exit, a signal and a closed connection are all Died."""
    channel = start(f"import os, sys\ndef f():\n    {end}\n")

    with pytest.raises(Died):
        channel.ask("call", "f", [], {})


@pytest.mark.parametrize(
    "piece",
    ["np.zeros(10**12)", "bytes(1 << 24)", "[0.5] * 60"],
    ids=["at-once", "large-pieces", "small-pieces"],
)
def test_memory_that_runs_out_is_an_error_and_no_end(start, piece):
    """MemoryError fails the request; its memory is given back, and the process goes on."""
    source = f"""
import numpy as np

def fill():
    pieces = []
    while True:
        pieces.append({piece})

def g():
    return 3
"""
    channel = start(source, Allowance(memory=384 * MEBI))
    adapters = RemoteAdapters(lambda: channel, INTERFACE)

    for _ in range(3):
        adapters.fill()
        with pytest.raises(Raised, match="MemoryError"):
            adapters.g()

    assert adapters.g() == 3
    gc.collect()
