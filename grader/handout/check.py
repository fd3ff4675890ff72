"""Checks that a handout and a rubric agree."""

from grader.core.rubric import Rubric
from grader.core.sections import referred_sections
from grader.handout.handout import Handout


def compare_handout(rubric: Rubric, handout: Handout) -> list[str]:
    """Return a sentence for each section that only the rubric names, and for each fault of the handout."""
    named = {
        number: problem
        for problem in rubric.problems
        for number in (problem.section, *referred_sections(problem.hint))
        if number and number not in handout.sections
    }
    return [
        *(
            f"{rubric.name}: {problem.id} names section {number}, which {rubric.handout} does not have; "
            f"correct the number or add the section"
            for number, problem in named.items()
        ),
        *(f"{rubric.handout}: {fault}" for fault in handout.faults),
    ]
