"""The demo: a course of made-up students, whose submissions are really graded.

What they hand in follows from the assignment's reference and `demo_course.yaml`; it is the same each time.
"""

from grader.app.demo.fill import fill

__all__ = ["fill"]
