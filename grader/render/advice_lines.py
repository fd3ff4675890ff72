"""The next step in a terminal: the problem that brings most, its section, its hint and its command."""

from rich.text import Text

from grader.core.advice import hint_of, next_step
from grader.core.scoring import Score
from grader.render.failure import command_for, section_of
from grader.render.screen import Screen


def advice_lines(score: Score, screen: Screen) -> list[Text]:
    """Return the lines of the next step; none where no points are lost."""
    step = next_step(score)
    if step is None:
        return []
    section = section_of(step.problem)
    place = f" ({section})" if section else ""
    told = screen.text(f"Next: {step.problem.title}{place}. {hint_of(step)}")
    lines = [Text(line) for line in screen.wrap(told, screen.width)]
    lines[0].stylize("bold", 0, len("Next:"))
    return [*lines, *command_lines(command_for(step.problem), screen)]


def command_lines(command: str, screen: Screen) -> list[Text]:
    """Return a command on lines of its own."""
    return [Text(f"  {line}", "bold") for line in screen.wrap(screen.text(command), screen.width - 2)]
