"""The handout as a test reads it: its problems, examples, commands and tables."""

import ast
import re
import shlex
from dataclasses import dataclass

from tests.assignment.samples import ROOT

HANDOUT = (ROOT / "docs" / "handout.md").read_text(encoding="utf-8")

HEADING = re.compile(r"^#{2,3} (\d+(?:\.\d+)?) (.+)$", re.MULTILINE)
PROBLEM = re.compile(r"^> \*\*Problem `(\w+)`: (.+)\*\* \((\d+) points?\)$")
FIELD = re.compile(r"^> - \*\*(Write|Adapters|Tests):\*\* (.+(?:\n>   .+)*)$", re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^(?:> )?```(\w+)\n(.*?)^(?:> )?```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Box:
    """A problem's box in the handout: its section, and the lines of its list."""

    section: str
    name: str
    title: str
    points: int
    text: str

    def codes(self, field):
        """Return the words in code font of the line `field`, in one list."""
        lines = [line for name, line in FIELD.findall(self.text) if name == field]
        return [code for line in lines for code in CODE.findall(line)]

    def names(self, field):
        """Return those in the line `field` without their parameters."""
        return [code.partition("(")[0] for code in self.codes(field)]

    def calls(self):
        """Return the functions and adapters that are given with parameters."""
        return [code for field in ("Write", "Adapters") for code in self.codes(field) if "(" in code]


def boxes():
    """Yield the boxes of all problems in the handout's order."""
    section = ""
    for block in re.split(r"\n\n(?!>$)", HANDOUT):
        if heading := HEADING.match(block):
            section = heading[1]
        elif found := PROBLEM.match(block.partition("\n")[0]):
            yield Box(section, found[1], found[2], int(found[3]), block)


def headings():
    """Return the number and the words of each heading."""
    return HEADING.findall(HANDOUT)


def links():
    """Return the targets of links and pictures that lie beside the handout."""
    return [link for link in LINK.findall(HANDOUT) if not link.startswith("https://")]


def examples():
    """Return the examples in Python that stand on their own, without the marks of a quotation."""
    blocks = [text for language, text in FENCE.findall(HANDOUT) if language == "python"]
    return [re.sub(r"^> ?", "", text, flags=re.MULTILINE) for text in blocks]


def outcomes(example, scope):
    """Run an example with the names in `scope`; yield value and expected value of each remark."""
    for line in example.splitlines():
        code, _, remark = line.partition("#")
        [statement] = ast.parse(code).body
        if remark and isinstance(statement, ast.Expr):
            yield eval(code, scope), ast.literal_eval(remark.strip())  # noqa: S307 - the project's own handout
        else:
            exec(code, scope)  # noqa: S102 - as above


def commands():
    """Return all commands as lists of words: the lines of shells, and commands in a line of text."""
    blocks = [text for language, text in FENCE.findall(HANDOUT) if language == "sh"]
    shells = [line for text in blocks for line in text.splitlines()]
    inline = [code for code in CODE.findall(HANDOUT) if code.startswith(("uv ", "dot "))]
    return [shlex.split(line, comments=True) for line in [*shells, *inline]]


def rows_after(heading):
    """Return the rows, as lists of cells, of the first table after `heading`, without its head."""
    table = re.search(r"(?:^\|.*\n)+", HANDOUT[HANDOUT.index(f"\n{heading}") :], re.MULTILINE)[0]
    return [[cell.strip(" *`") for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
