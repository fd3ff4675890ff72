"""How a module is cut down to stubs: the parts that stay and the parts that vanish."""

import textwrap

from grader.template.stubs import cut


def text(source):
    """Return an indented text without its indent."""
    return textwrap.dedent(source).lstrip("\n")


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
    """A marked definition goes, although the rule would keep it; a base class that is gone is not named."""
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
