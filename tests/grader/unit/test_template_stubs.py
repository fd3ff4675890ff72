"""How a module is cut down to stubs: what stays, what asks for a solution, which marks are refused."""

import ast
import textwrap

import pytest

from grader.template.layout import LINE_LENGTH
from grader.template.stubs import TemplateError, cut


def text(source):
    """Return an indented text without its indent."""
    return textwrap.dedent(source).lstrip("\n")


def request_of(docstring):
    """Return the body of `tie`, a function of that docstring, in the template: the text and its lines."""
    template = cut(f"def tie():\n    {docstring}\n    return 1\n")
    error = ast.parse(template).body[0].body[-1].exc
    return error.args[0].value, template.splitlines()


def test_a_body_becomes_a_request_for_what_the_docstring_says():
    """The first sentence of the docstring is asked for, under the function's name; the rest of it goes."""
    template = cut(
        text('''
        def tie(rope, turns):
            # In two steps.
            """Return the knot, tied. It is
            tight.

            Mind the ends.
            """
            # The slack first.
            bight = rope.fold(turns)

            def pull():
                """Return it."""
                return bight.pull()

            return pull()

            # Nothing slips.


        # Ends.
        ''')
    )

    assert template == text('''
        def tie(rope, turns):
            """Return the knot, tied. It is
            tight.

            Mind the ends.
            """
            raise NotImplementedError("tie: return the knot, tied")


        # Ends.
        ''')


def test_methods_and_properties_are_named_with_their_class():
    """The request of a method says of which class it is; decorators and special methods stay."""
    template = cut(
        text('''
        class Rope:
            """A rope."""

            def __len__(self):
                """Return the length in metres."""
                return self.end - self.start

            @property
            def length(self):  # noqa: X1
                """The length in metres."""
                return len(self)

            async def cut(self):
                """Cut it."""
                self.end = self.start
        ''')
    )

    assert template == text('''
        class Rope:
            """A rope."""

            def __len__(self):
                """Return the length in metres."""
                raise NotImplementedError("Rope.__len__: return the length in metres")

            @property
            def length(self):  # noqa: X1
                """The length in metres."""
                raise NotImplementedError("Rope.length: the length in metres")

            async def cut(self):
                """Cut it."""
                raise NotImplementedError("Rope.cut: cut it")
        ''')


def test_all_that_is_no_stub_vanishes():
    """Private names, functions without a docstring, attributes, statements and unused imports go."""
    template = cut(
        text('''
        """Knots."""

        import math
        from collections.abc import (
            Iterable,
            Sequence,
        )

        import numpy as np
        from rope import Rope

        # Knots, in their order.

        TURNS = 2  # and no more
        KNOTS = {}


        def pull(rope):
            return _end(rope)


        class _Strand:
            """A strand."""

            def twist(self):
                """Twist it."""


        class Knot:
            """A knot."""

            __slots__ = ("rope",)
            turns = math.pi

            def tie(self, rope: Rope):
                """Tie it."""
                self.rope = rope

            @tie.setter
            def tie(self, rope):
                self.rope = rope

            # How the end is pulled through.
            @staticmethod
            def _pull(self):
                """Pull it."""
                return self

            # Knots hold.

            def __repr__(self):
                return "Knot"


        # How it ends:
        # there is none.
        def _end(rope: Sequence):
            return 0


        KNOTS["bowline"] = Knot
        if TURNS:
            Rope = KNOTS.clear()
            # Nothing is left.
        ''')
    )

    assert template == text('''
        """Knots."""

        import numpy as np
        from rope import Rope

        # Knots, in their order.


        class Knot:
            """A knot."""

            def tie(self, rope: Rope):
                """Tie it."""
                raise NotImplementedError("Knot.tie: tie it")

            # Knots hold.
        ''')


def test_constants_that_stubs_use_and_aliases_of_stubs_stay():
    """A constant stays for a default, another one for that constant; a public alias stays for its stub."""
    template = cut(
        text('''
        """Knots."""

        FOLDS = 2
        TURNS = FOLDS + 1  # more hold no better
        PULLS = 3


        def tie(turns=TURNS):
            """Tie it."""
            return PULLS


        bind = tie
        _bind = tie
        ''')
    )

    assert template == text('''
        """Knots."""

        FOLDS = 2
        TURNS = FOLDS + 1  # more hold no better


        def tie(turns=TURNS):
            """Tie it."""
            raise NotImplementedError("tie: tie it")


        bind = tie
        ''')


def test_a_mark_makes_a_definition_or_an_import_vanish():
    """What is marked goes, although the rule would keep it; a base class that is gone is not named."""
    template = cut(
        text('''
        """Knots."""

        import numpy as np  # solution
        from rope import (  # solution
            Rope,
        )


        # The better knot.
        class Bowline:  # solution
            """A bowline."""

            def tie(self):
                """Tie it."""


        class Knot(Rope, Bowline):  # noqa: X1
            """A knot."""

            @property
            def length(self):  # noqa: X1  # solution
                """The length."""
                return 1

            def tie(self):
                """Tie it."""


        class Slip(Knot, Exception):
            """A knot that slips."""


        def untie(knot):  # solution
            """Untie it."""
        ''')
    )

    assert template == text('''
        """Knots."""


        class Knot:  # noqa: X1
            """A knot."""

            def tie(self):
                """Tie it."""
                raise NotImplementedError("Knot.tie: tie it")


        class Slip(Knot, Exception):
            """A knot that slips."""
        ''')


@pytest.mark.parametrize(
    "source",
    [
        "# solution\n" + '"""Knots."""\n\n\ndef tie():\n    """Tie it."""\n',
        '"""Knots."""\n\nTURNS = 2\n',
        "TURNS = 2\n",
        "",
    ],
)
def test_a_module_of_which_nothing_is_left_is_empty(source):
    """A marked module has no template, and one in which the rule keeps nothing but the docstring."""
    assert not cut(source)


@pytest.mark.parametrize(
    "source", ['"""Knots."""\n', "import numpy as np\n\nx = np\n\n\n\ny = '''\n\n\n# solution\n'''\n"]
)
def test_a_mark_in_a_string_is_none(source):
    """A module of nothing but a docstring stays, and a mark in a string has no effect."""
    assert source.startswith(cut(source))


@pytest.mark.parametrize(
    ("docstring", "asked"),
    [
        ('"""Return 0.5 of it; e.g. a half."""', "tie: return 0.5 of it; e.g. a half"),
        ('"""MNIST is read."""', "tie: MNIST is read"),
        ('"""A knot"""', "tie: a knot"),
        ('"""Return "yes" or \'no\'."""', "tie: return \"yes\" or 'no'"),
        ('"""Return "yes"! Never no."""', 'tie: return "yes"!'),
        ('r"""Return a \\ and go."""', "tie: return a \\ and go"),
    ],
)
def test_the_words_of_a_request(docstring, asked):
    """The stub has the first sentence unchanged, except for its first letter and its full stop."""
    assert request_of(docstring)[0] == asked


def test_a_long_request_is_folded():
    """A request that is too long for a line is folded between words, and loses none."""
    words = "return the knot that holds best when the rope is wet and the load is " + "very " * 30 + "heavy"

    asked, lines = request_of(f'"""{words.capitalize()}."""  # noqa: E501')

    assert asked == f"tie: {words}"
    assert all(len(line) <= LINE_LENGTH for line in lines[2:])
    assert len(lines) > len(["def", "docstring", "raise", "text", ")"])


TIE = 'def tie():\n    """Tie it."""\n'


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("x = 1  # solution\n", 1, ["first line of a definition or an import"]),
        ("x = 1\n# solution\n", 2, ["first line of a definition or an import"]),
        (TIE + "    return 1  # solution\n", 3, ["first line of a definition or an import"]),
        ("@cache  # solution\n" + TIE, 1, ["first line of a definition or an import"]),
        ("import x  # Solution\n", 1, ["`# Solution`", "no mark", "# solution"]),
        ("import x  #solution\n", 1, ["`#solution`"]),
        ("import x  # solution:\n", 1, ["`# solution:`"]),
        ("# BEGIN SOLUTION\nx = 1\n", 1, ["`# BEGIN SOLUTION`", "remove it"]),
        ("# end solution of x\nx = 1\n", 1, ["`# end solution of x`"]),
        ('_X = 1\n\n\ndef tie(x=_X):\n    """Tie it."""\n', 4, ["a stub uses _X", "a public name"]),
        ('_x = 1\nY = _x\n\n\ndef tie(x=Y):\n    """Tie it."""\n', 2, ["a stub uses _x"]),
        ('import x  # solution\n\n\n@x.y\ndef tie():\n    """Tie it."""\n', 4, ["uses x", "no mark"]),
        ('def tie(): """Tie it."""\n', 2, ["the template of knots.py", "ruff format"]),
        ('if 1:\n    X = 1\n\n\ndef tie(x=X):\n    """Tie it."""\n', 5, ["uses X"]),
        ('class X:\n    a = 1\n\n\ndef tie(x: X):\n    """Tie it."""\n', 5, ["uses X", "a docstring"]),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(source, line, words):
    """The message names the module, the line, what is wrong and what to do."""
    with pytest.raises(TemplateError) as refused:
        cut(source, "knots.py")

    assert f"knots.py line {line}: " in str(refused.value)
    assert all(word in str(refused.value) for word in words), str(refused.value)
