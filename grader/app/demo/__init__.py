"""The demo: a course of made-up students, whose submissions are really graded.

Their submissions follow from the assignment's reference and `demo_course.yaml`, and are the same each time.
"""

from grader.app.demo.fill import fill

__all__ = ["fill"]
