"""Runs a failed test again, on a tape instead of the submission, up to the comparison that did not hold."""

import contextlib
import inspect
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.cases import checks
from tests.cases.binding import NAME
from tests.cases.cost import BackwardCost
from tests.cases.diagnosis.recorder import Recorder
from tests.cases.diagnosis.tape import Node, Tape

CASES = Path(__file__).resolve().parents[1]
DIAGNOSIS = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Finding:
    """The comparison that failed, as a tape has it.

    `node` is the variable, `role` is "data" or "gradient", `names` are the test's own names of nodes.
    """

    node: Node
    role: str
    tape: Tape
    names: dict = field(repr=False)


class Reached(BaseException):
    """The comparison of the failure; carries `actual` and the nodes that the test's variables hold."""

    def __init__(self, actual, names):
        super().__init__()
        self.actual = actual
        self.names = names


def replay(item, generator, failure):
    """Return the Finding on the Mismatch that the test `item` raised, or None if a replay does not reach it.

    `generator` draws the same inputs as the first time.
    """
    recorder = Recorder()
    try:
        _run(item, generator, recorder, _observer(_place(failure.__traceback__, item), failure))
    except Reached as reached:
        return _finding(reached, recorder.tape)
    return None


def record(item, generator):
    """Return the tape of the whole test, as far as a replay gets, and the names of its nodes."""
    recorder, names = Recorder(), {}

    def observe(*_arguments, **_options):
        names.update(_names(sys._getframe(1), _frame_of(item)))

    _run(item, generator, recorder, observe)
    return recorder.tape, names


def _run(item, generator, recorder, observe):
    """Run the test; an operation that the tape lacks ends the replay and is no failure."""
    with _in_place_of_the_submission(recorder, observe), contextlib.suppress(Exception):
        item.obj(**_arguments(item, generator, recorder.tape))


def _frame_of(item):
    """Return the frame in which the test runs."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code is not item.function.__code__:
        frame = frame.f_back
    return frame


def _finding(reached, tape):
    for value, node, role in reversed(tape.asked):
        if value is reached.actual:
            return Finding(node, role, tape, reached.names)
    return None


def _place(trace, item):
    """Return the lines, from the test inwards, at which it compared."""
    frames, code = [], item.function.__code__
    while trace is not None:
        if frames or trace.tb_frame.f_code is code:
            frames.append((trace.tb_frame.f_code, trace.tb_lineno))
        trace = trace.tb_next
    return _within_cases(frames)


def _within_cases(frames):
    """Return the frames of the suite's own files, but for those of the comparison itself."""
    return [
        (code, line)
        for code, line in frames
        if Path(code.co_filename).is_relative_to(CASES)
        and not Path(code.co_filename).is_relative_to(DIAGNOSIS)
        and code.co_filename != checks.__file__
    ]


def _observer(place, failure):
    """Return a comparison that raises Reached where the failed one stood, and else does nothing."""

    def observe(actual, expected=None, **_options):
        frames, frame = [], sys._getframe(1)
        inner = frame
        while frame is not None:
            frames.append((frame.f_code, frame.f_lineno))
            if place and frame.f_code is place[0][0]:
                break
            frame = frame.f_back
        if _within_cases(frames[::-1]) == place and checks.are_same(expected, failure.wanted):
            raise Reached(actual, _names(inner, frame))

    return observe


def _names(inner, outer):
    """Return the names that the frames between these two have for nodes, the test's own first."""
    frames = []
    while inner is not None:
        frames.append(inner)
        inner = None if inner is outer else inner.f_back
    names = {}
    for frame in reversed(frames):
        for name, value in frame.f_locals.items():
            if isinstance(value, Node):
                names.setdefault(value, name)
            elif isinstance(value, list | tuple):
                for place, each in enumerate(value):
                    if isinstance(each, Node):
                        names.setdefault(each, f"{name}[{place}]")
    return names


@contextlib.contextmanager
def _in_place_of_the_submission(recorder, observe):
    """Have the suite's modules use `recorder` as adapters, and `observe` as their comparison."""
    replaced = []
    for module in [each for name, each in list(sys.modules.items()) if name.startswith("tests.cases.")]:
        if module is checks or module.__name__.startswith("tests.cases.diagnosis"):
            continue
        for name, new in (("adapters", recorder), ("assert_close", observe)):
            old = module.__dict__.get(name)
            if old is not None and (name == "adapters" or old is checks.assert_close):
                replaced.append((module, name, old))
                setattr(module, name, new)
    own = sys.modules[NAME]
    sys.modules[NAME] = recorder
    try:
        yield
    finally:
        sys.modules[NAME] = own
        for module, name, old in replaced:
            setattr(module, name, old)


def _arguments(item, generator, tape):
    """Return the arguments of a test, with stand-ins for fixtures that measure or count."""
    known = {
        "rng": generator,
        "worked_example": tape.example,
        "backward_cost": BackwardCost(lambda: 0.0, []),
    }
    given = getattr(item, "callspec", None)
    values = {**known, **(given.params if given else {})}
    return {name: values[name] for name in inspect.signature(item.obj).parameters}
