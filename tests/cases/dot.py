"""Pictures in DOT, Graphviz's language, as far as the cases read them: nodes, their labels, and edges.

A submission writes the text, so time and memory are linear in its length: tokens are made one at a time, and
no pattern tries a part of the text twice (`*+` never backtracks).
"""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from tests.cases.checks import Mismatch, kind

TOKEN = re.compile(
    r"""
    (?P<ignored> \s+ | //[^\n]* | /\*.*?\*/ | ^\#[^\n]* )
  | (?P<arrow> -> )
  | (?P<mark> [{}\[\]=;,:] )
  | "(?P<quoted> [^"\\]*+ (?: \\. [^"\\]*+ )*+ )"
  | <(?P<html> [^<>]*+ (?: <[^<>]*+> [^<>]*+ )*+ )>
  | (?P<word> [^\W\d]\w* | -?(?: \.\d+ | \d+(?:\.\d*)? ) )
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
SYMBOLS = {"arrow", "mark"}
DEFAULTS = {"graph", "node", "edge"}  # statements that set attributes for all that follows
WAYS_TO_BREAK_A_LINE = re.compile(r"\\[nlr]")
NUMBER = re.compile(r"[-+]?\d++(?:\.\d*+)?(?:[eE][-+]?\d++)?")
SHOWN = 60  # characters of what is no DOT
END = ("end", "the end")


@dataclass
class Picture:
    """A drawn graph: the label of each node by its name (its name, if it has no label), and edges.

    An edge is a pair (from, to); two edges between the same two nodes are one pair.
    """

    labels: dict = field(default_factory=dict)
    edges: set = field(default_factory=set)

    def sources_of(self, name):
        """Return the names of the nodes from which an edge leads to `name`."""
        return {tail for tail, head in self.edges if head == name}

    @property
    def ends(self):
        """The names of the nodes from which no edge leads on."""
        tails = {tail for tail, _ in self.edges}
        return [name for name in self.labels if name not in tails]


def parse_picture(source):
    """Return the picture that `source` describes, or raise Mismatch if it is no digraph in DOT."""
    if type(source) is not str:
        raise Mismatch("this should be DOT source", expected="a str", actual=kind(source))
    return _Parser(source).picture()


def numbers_in(label):
    """Return the numbers that stand in a label."""
    return [float(match[0]) for match in NUMBER.finditer(label)]


class _Parser:
    """Reads one digraph, statement by statement."""

    def __init__(self, source):
        self._tokens = _tokens(source)
        self._next = next(self._tokens, END)
        self._picture = Picture()

    def picture(self):
        """Return the picture, once all of the source is read."""
        self._take("strict")
        self._expect("digraph")
        if not self._is_next("{"):
            self._name()
        self._expect("{")
        while not self._take("}"):
            self._statement()
            self._take(";")
        if self._next is not END:
            raise _not_dot("nothing after the closing }", self._next[1])
        return self._picture

    def _statement(self):
        """Read a node, some edges in a row, or an attribute."""
        name = self._name()
        if self._take("="):
            self._name()
            return
        chain = [name]
        while self._take("->"):
            chain.append(self._name())
        attributes = self._attributes()
        if len(chain) == 1 and name in DEFAULTS:
            return
        for node in chain:
            self._picture.labels.setdefault(node, node)
        self._picture.edges.update(pairwise(chain))
        if len(chain) == 1 and "label" in attributes:
            self._picture.labels[name] = WAYS_TO_BREAK_A_LINE.sub("\n", attributes["label"])

    def _attributes(self):
        """Read any lists of attributes in brackets."""
        attributes = {}
        while self._take("["):
            while not self._take("]"):
                key = self._name()
                self._expect("=")
                attributes[key] = self._name()
                self._take(",") or self._take(";")
        return attributes

    def _name(self):
        """Read a name, a number or a text; the port of a node (`name:port`) is read over."""
        text = self._text()
        while self._take(":"):
            self._text()
        return text

    def _text(self):
        """Read a name, a number or a text."""
        group, text = self._next
        if group in SYMBOLS or self._next is END:
            raise _not_dot("a name or a text", text)
        self._advance()
        return text

    def _advance(self):
        self._next = next(self._tokens, END)

    def _is_next(self, symbol):
        return self._next[1] == symbol and self._next[0] != "quoted"

    def _take(self, symbol):
        """Read `symbol` if it is next, and tell whether it was."""
        is_next = self._is_next(symbol)
        if is_next:
            self._advance()
        return is_next

    def _expect(self, symbol):
        if not self._take(symbol):
            raise _not_dot(f"`{symbol}`", self._next[1])


def _tokens(source):
    """Yield (kind, text) of each token."""
    position = 0
    while position < len(source):
        match = TOKEN.match(source, position)
        if not match:
            raise _not_dot(
                "a name, a text in quotes, or one of { } [ ] = ; , ->", source[position : position + SHOWN]
            )
        position = match.end()
        if match.lastgroup != "ignored":
            yield match.lastgroup, match[match.lastgroup]


def _not_dot(expected, found):
    """Return the error for a source that breaks the rules of DOT."""
    return Mismatch(
        "this is no digraph in DOT",
        expected=expected,
        actual=f"{found[:SHOWN]!r}",
        hint='the form is: digraph { a [label="data 2"]; b; a -> b }, with \\" for a quote within a text',
    )
