"""Errors of a real student process: their text, their traceback, and the values that cannot be sent."""

import numpy as np
import pytest

from grader.boundary.errors import Raised, Unwritten
from grader.boundary.proxy import Proxy
from grader.boundary.remote_adapters import RemoteAdapters
from tests.grader.support.nodes import INTERFACE


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
