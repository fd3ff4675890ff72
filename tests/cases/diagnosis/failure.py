"""The explanation of a failed test, from its error to the text for a student."""

import re
import sys
import traceback
from dataclasses import dataclass, replace
from pathlib import Path

from tests.cases.binding import NAME
from tests.cases.checks import Mismatch
from tests.cases.diagnosis.operations import TooLarge
from tests.cases.diagnosis.recognise import Recogniser
from tests.cases.diagnosis.replay import record, replay
from tests.cases.diagnosis.shapes import causes_of_error, in_words
from tests.cases.diagnosis.smallest import drawn, smallest_piece
from tests.cases.diagnosis.wording import Words, shapes_of

CASES = Path(__file__).resolve().parents[1]
FRAME = re.compile(r'  File "([^"\n]+)", line (\d+), in ([^\n]+)\n    ([^\n]+)')
NUMPY = "ValueError: "


@dataclass(frozen=True)
class Explanation:
    """The explanation of a failure in a report.

    `cause` is the key of a recognised mistake, `piece` describes a smallest failing piece for a drawing; both
    may be empty.
    """

    message: str
    hint: str | None = None
    cause: str = ""
    piece: str = ""


class Explainer:
    """Explains the failures of a run; for each problem it looks for a smallest failing piece once."""

    def __init__(self):
        """Begin with a run."""
        self._pieces = {}  # by the class of tests; None where none was found
        self._recogniser = Recogniser()

    def explain(self, item, generator, error):
        """Return the Explanation of the error of the test `item`, or None if there is nothing to add.

        `generator` draws the inputs of the test again. It may call the submission, on fresh objects.
        """
        if isinstance(error, Mismatch):
            return self._of_numbers(item, generator, error) if error.wanted is not None else None
        text = _text_of(error)
        return self._of_shapes(item, generator, error, text) if text.startswith(NUMPY) else None

    def _of_numbers(self, item, generator, error):
        """Return the explanation of a wrong number or array, with the mistake if recognised."""
        finding = replay(item, generator, error)
        if finding is None:
            return Explanation(error.problem, *self._known(None, error, item.parent.name))
        piece = self._piece(item, finding.tape) if finding.role == "gradient" else None
        words, known = Words(finding), self._known(finding, error, item.parent.name)
        return _with_piece(Explanation(words.message(error.problem), *known), piece)

    def _of_shapes(self, item, generator, error, text):
        """Return the explanation of an error of numpy: its meaning, its place, and the expression."""
        told = in_words(text)
        if told is None:
            return None
        tape, names = record(item, generator)
        cause = self._recogniser.best_of(causes_of_error(tape, text.removeprefix(NUMPY)))
        lines = [told, *_line_of(error), *shapes_of(tape, names)]
        explanation = Explanation("\n".join(lines), *((cause.hint, cause.key) if cause else (None, "")))
        return _with_piece(explanation, self._piece(item, tape))

    def _known(self, finding, error, problem):
        """Return the hint and the key of the mistake that explains a comparison, else the test's own hint."""
        if error.found is None:
            return error.hint, ""
        piece = self._pieces.get(problem)
        is_small = piece is not None and not any(operand.operands for operand in piece.root.operands)
        cause = self._recogniser.cause_of(
            finding, error.wanted, error.found, problem=problem, is_of_one_operation=is_small
        )
        return (cause.hint, cause.key) if cause else (error.hint, "")

    def _piece(self, item, tape):
        """Return the smallest failing piece of a tape, for the first failure of a problem, or None."""
        if item.parent.name in self._pieces:
            return None
        try:
            piece = smallest_piece(tape)
        except TooLarge:
            return None  # another failure of the problem may be smaller
        self._pieces[item.parent.name] = piece
        return piece


def _with_piece(explanation, piece):
    """Return `explanation` with the piece as text, and for a drawing."""
    if piece is None:
        return explanation
    message = "\n".join([explanation.message, *piece.lines()])
    return replace(explanation, message=message, piece=drawn(piece))


def _text_of(error):
    """Return an error as `Type: message`; in grading it comes so from the submission's process."""
    return str(error) if hasattr(error, "traceback") else f"{type(error).__name__}: {error}"


def _line_of(error):
    """Return the submission's own line that raised `error`, if it is known."""
    told = getattr(error, "traceback", None)
    if isinstance(told, str):
        found = FRAME.findall(told)
        places = found[-1:]
    else:
        frames = traceback.extract_tb(error.__traceback__)
        own = [each for each in frames if is_own(each.filename)]
        places = [(Path(each.filename).name, each.lineno, each.name, each.line) for each in own[-1:]]
    return [f"in {name}, {file} line {line}: {source}" for file, line, name, source in places]


def is_own(file):
    """Tell whether a file is the submission's, not the suite's or a library's; in grading none is."""
    adapters = getattr(sys.modules[NAME], "__file__", None)
    if adapters is None or "site-packages" in file or Path(file).is_relative_to(CASES):
        return False
    return Path(file).is_relative_to(Path(adapters).parents[1])
