"""The student template: an assignment's reference without its solutions, and the project exported from it."""

from grader.template.export import export
from grader.template.generate import regenerate
from grader.template.stubs import TemplateError

__all__ = ["TemplateError", "export", "regenerate"]
