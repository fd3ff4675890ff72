"""A sweep that is cut short, by an error or from the keyboard, does not disturb the next one."""

import itertools
import sys

import pytest
from smulgrad import node
from smulgrad.engine import Tensor, Value
from smulgrad.rules import RULES


def interrupted_after(lines, work):
    """Run `work`, interrupt it after so many lines of node.py, and return whether it came that far."""
    left = itertools.count(lines, -1)

    def trace(frame, event, _):
        if frame.f_code.co_filename != node.__file__:
            return None
        if event == "line" and next(left) == 0:
            raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


@pytest.mark.parametrize("make", [Value, Tensor])
def test_an_interrupt_at_any_line(make):
    """Whatever line it interrupts, another sweep over the same graph and over others finds every gradient."""
    lines = 0
    while True:
        a, b = make(2.0), make(3.0)
        c = a * b
        d = c * c + a
        if not interrupted_after(lines, d.backward):
            break
        a.grad = b.grad = make(0.0).grad

        d.backward()
        (c * 2).backward()

        assert (float(a.grad), float(b.grad)) == (2 * 6.0 * 3.0 + 1.0 + 6.0, 2 * 6.0 * 2.0 + 4.0)
        lines += 1

    assert lines > 50, "the sweep was interrupted at few lines only, so nothing was tested"


def test_an_error_in_a_rule():
    """A rule that raises leaves the graph usable."""
    x = Value(0.0)
    y = x**0.5 + x * 3

    with pytest.raises(ZeroDivisionError):
        y.backward()
    (x * 3).backward()

    assert x.grad == 3.0


def test_a_missing_rule_is_named(monkeypatch):
    """An operation without a rule is named where its gradient is asked for; all others still work."""
    monkeypatch.delitem(RULES, "tanh")
    x = Value(0.5)
    y = x.tanh() + x

    with pytest.raises(NotImplementedError, match=r"no derivative rule for 'tanh'"):
        y.backward()
    (x * 3).backward()

    assert x.grad == 3.0
