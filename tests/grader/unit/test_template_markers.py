"""How solutions are cut out of a module: what goes, what asks for it instead, which markers are refused."""

import ast
import textwrap

import pytest

from grader.template.layout import LINE_LENGTH
from grader.template.markers import MarkerError, cut


def cut_text(source):
    """Return the template of an indented text."""
    return cut(textwrap.dedent(source).lstrip("\n"), "knots.py")


def request_of(docstring):
    """Return the body of `tie`, a function of that docstring, in the template: the text and its lines."""
    template = cut(f"def tie():\n    {docstring}\n    return 1  # solution\n")
    error = ast.parse(template).body[0].body[-1].exc
    return error.args[0].value, template.splitlines()


def test_a_marked_body_becomes_a_request_for_what_the_docstring_says():
    """The first sentence of the docstring is asked for, under the function's name."""
    template = cut_text('''
        def tie(rope, turns):
            """Return the knot, tied. It is
            tight.

            Mind the ends.
            """
            # BEGIN SOLUTION
            bight = rope.fold(turns)  # the slack
            return bight.pull()
            # END SOLUTION
        ''')

    assert template == textwrap.dedent('''\
        def tie(rope, turns):
            """Return the knot, tied. It is
            tight.

            Mind the ends.
            """
            raise NotImplementedError("tie: return the knot, tied")
        ''')


def test_methods_and_properties_are_named_with_their_class():
    """The request of a method says of which class it is; decorators stay."""
    template = cut_text('''
        class Rope:
            """A rope."""

            @property
            def length(self):
                """The length in metres."""
                return self.end - self.start  # solution

            async def cut(self):
                """Cut it."""
                self.end = self.start  # solution
        ''')

    assert template == textwrap.dedent('''\
        class Rope:
            """A rope."""

            @property
            def length(self):
                """The length in metres."""
                raise NotImplementedError("Rope.length: the length in metres")

            async def cut(self):
                """Cut it."""
                raise NotImplementedError("Rope.cut: cut it")
        ''')


def test_only_the_first_piece_of_a_body_becomes_a_request():
    """Unmarked code stays; the later marked pieces are gone."""
    template = cut_text('''
        def tie(rope):
            """Return the knot."""
            check(rope)
            a = rope.a  # solution
            log(rope)
            # BEGIN SOLUTION
            b = rope.b

            c = rope.c
            # END SOLUTION
        ''')

    assert template == textwrap.dedent('''\
        def tie(rope):
            """Return the knot."""
            check(rope)
            raise NotImplementedError("tie: return the knot")
            log(rope)
        ''')


def test_a_mark_on_any_line_of_a_statement_marks_all_of_it():
    """A statement that a formatter has spread over lines goes as one, wherever its mark ended up."""
    template = cut_text('''
        def tie(rope):
            """Return the knot."""
            return rope.tie(
                turns=2,  # twice
            )  # solution


        def untie(knot):
            """Return the rope."""
            return knot.untie(  # noqa: X1 - it is short  # solution
                slowly=True,
            )
        ''')

    assert template == textwrap.dedent('''\
        def tie(rope):
            """Return the knot."""
            raise NotImplementedError("tie: return the knot")


        def untie(knot):
            """Return the rope."""
            raise NotImplementedError("untie: return the rope")
        ''')


def test_the_comment_above_a_marked_statement_goes_with_it():
    """A remark on the solution is no hint to students; one that stands apart from it stays."""
    template = cut_text('''
        # Knots, in their order

        # how much is folded
        # at a time
        FOLD = 2  # solution


        def tie(rope):
            """Return the knot."""
            # Mind the ends.

            # twice, and back
            return rope.fold(FOLD)  # solution
        ''')

    assert template == textwrap.dedent('''\
        # Knots, in their order


        def tie(rope):
            """Return the knot."""
            # Mind the ends.

            raise NotImplementedError("tie: return the knot")
        ''')


def test_pieces_outside_of_functions_vanish():
    """Imports, constants, attributes, comments and whole functions go, and the blank lines are as before."""
    template = cut_text('''
        """Knots."""

        import math  # solution

        import numpy as np
        from rope import (  # solution
            Rope,
        )

        # BEGIN SOLUTION
        # How it is done.

        TURNS = 2


        def helper():
            return TURNS


        # END SOLUTION


        class Knot:
            """A knot."""

            # BEGIN SOLUTION
            __slots__ = ("rope",)
            # END SOLUTION

            def tie(self):
                """Tie it."""
                self.rope = Rope()  # solution

            @property  # solution
            def rope_length(self):  # solution
                """The length."""  # solution

                # It is 1.

                return 1  # solution

            # BEGIN SOLUTION
            def _pull(self):
                return self

            # END SOLUTION


        # BEGIN SOLUTION
        def _end():
            return 0


        # END SOLUTION

        bowline = Knot
        ''')

    assert template == textwrap.dedent('''\
        """Knots."""

        import numpy as np


        class Knot:
            """A knot."""

            def tie(self):
                """Tie it."""
                raise NotImplementedError("Knot.tie: tie it")


        bowline = Knot
        ''')


def test_a_marked_class_vanishes_with_all_that_is_in_it():
    """No method of a marked class asks for anything."""
    template = cut_text('''
        """Knots."""

        # BEGIN SOLUTION
        class Knot:
            def tie(self):
                return self


        # END SOLUTION


        def tie():
            """Return a knot."""

            # BEGIN SOLUTION
            class Local:
                def pull(self):
                    return 1

            return Local()
            # END SOLUTION
        ''')

    assert template == textwrap.dedent('''\
        """Knots."""


        def tie():
            """Return a knot."""

            raise NotImplementedError("tie: return a knot")
        ''')


def test_the_innermost_function_asks():
    """A piece within a function within a function becomes the inner one's request."""
    template = cut_text('''
        def knotter(turns):
            """Return a function that ties."""

            def tie(rope):
                """Return the knot."""
                return rope * turns  # solution

            return tie
        ''')

    assert 'raise NotImplementedError("knotter.tie: return the knot")' in template
    assert template.endswith("\n    return tie\n")


@pytest.mark.parametrize("source", ["", "x = 1\n\n\n\ny = '''\n\n\n# solution\n# BEGIN SOLUTION\n'''\n"])
def test_a_module_without_marks_stays_as_it_is(source):
    """Without marks nothing changes; a mark in a string is no marker."""
    assert cut(source) == source


def test_a_module_of_nothing_but_solution_is_empty():
    """A module that is marked from its first line to its last has an empty template."""
    assert not cut('# BEGIN SOLUTION\n"""Knots."""\n\nTURNS = 2\n# END SOLUTION\n')


@pytest.mark.parametrize(
    ("docstring", "text"),
    [
        ('"""Return 0.5 of it; e.g. a half."""', "tie: return 0.5 of it; e.g. a half"),
        ('"""MNIST is read."""', "tie: MNIST is read"),
        ('"""A knot"""', "tie: a knot"),
        ('"""Return "yes" or \'no\'."""', "tie: return \"yes\" or 'no'"),
        ('"""Return "yes"! Never no."""', 'tie: return "yes"!'),
        ('r"""Return a \\ and go."""', "tie: return a \\ and go"),
    ],
)
def test_the_words_of_a_request(docstring, text):
    """The stub has the first sentence unchanged, except for its first letter and its full stop."""
    assert request_of(docstring)[0] == text


def test_a_long_request_is_folded():
    """A request that is too long for a line is folded between words, and loses none."""
    words = "return the knot that holds best when the rope is wet and the load is " + "very " * 30 + "heavy"

    text, lines = request_of(f'"""{words.capitalize()}."""  # noqa: E501')

    assert text == f"tie: {words}"
    assert all(len(line) <= LINE_LENGTH for line in lines[2:])
    assert len(lines) > len(["def", "docstring", "raise", "text", ")"])


TIE = 'def tie():\n    """Tie it."""\n'


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("x = 1\n# BEGIN SOLUTION\ny = 2\n", 2, ["# BEGIN SOLUTION", "no # END SOLUTION"]),
        ("x = 1\n# END SOLUTION\n", 2, ["# END SOLUTION", "no # BEGIN SOLUTION"]),
        ("# BEGIN SOLUTION\nx = 1\n# BEGIN SOLUTION\n# END SOLUTION\n", 3, ["began on line 1"]),
        ("x = 1  # BEGIN SOLUTION\ny = 2\n# END SOLUTION\n", 1, ["a line of its own"]),
        ("x = [\n    # BEGIN SOLUTION\n    1,\n    # END SOLUTION\n]\n", 2, ["between statements"]),
        ("x = 1\n# solution\n", 2, ["at the end of a statement"]),
        ("x = 1  # Solution\n", 1, ["`# Solution`", "not a marker"]),
        ("x = 1  #solution\n", 1, ["`#solution`"]),
        ("x = 1  # solution:\n", 1, ["`# solution:`"]),
        ("# begin solution\nx = 1\n# END SOLUTION\n", 1, ["`# begin solution`"]),
        ("# BEGIN SOLUTION of x\nx = 1\n", 1, ["`# BEGIN SOLUTION of x`"]),
        ("def tie():  # solution\n    return 1\n", 2, ["tie", "in part"]),
        ("# BEGIN SOLUTION\n" + TIE + "    # END SOLUTION\n    return 1\n", 5, ["tie", "in part"]),
        ("class Knot:\n    def tie(self):\n        return 1  # solution\n", 2, ["Knot.tie", "docstring"]),
        ('def tie():\n    """It."""  # solution\n    return 1  # solution\n', 1, ["tie", "docstring"]),
        (TIE + "    if x:\n        y = 1  # solution\n    else:\n        y = 2  # solution\n", 5, ["else"]),
    ],
)
def test_wrong_markers_are_refused_with_their_line(source, line, words):
    """What cannot be meant is refused: the message names the module, the line and what is wrong."""
    with pytest.raises(MarkerError) as refused:
        cut(source, "knots.py")

    assert f"knots.py line {line}: " in str(refused.value)
    assert all(word in str(refused.value) for word in words), str(refused.value)
