"""The student template, generated: every module of the reference with its solutions cut out."""

from pathlib import Path

from grader.template.files import read_files, write_files
from grader.template.stubs import cut

REFERENCE = "reference"
TEMPLATE = "student_template"
SUFFIX = ".py"


def generate(reference: Path) -> dict[str, bytes]:
    """Return the template's modules by path; one that is nothing but solution has no counterpart.

    Raises TemplateError, SyntaxError and FileNotFoundError.
    """
    modules = {path: content for path, content in read_files(reference).items() if path.endswith(SUFFIX)}
    cuts = {path: cut(content.decode(), f"{reference.name}/{path}") for path, content in modules.items()}
    return {path: text.encode() for path, text in cuts.items() if text.strip()}


def regenerate(assignment_root: Path) -> list[Path]:
    """Make the modules of student_template/ those that follow from reference/, and return their paths.

    Modules without a counterpart in the reference are removed; other files (README.md and the like) are left
    as they are. Raises the errors of `generate` before it changes a file.
    """
    template = assignment_root / TEMPLATE
    modules = generate(assignment_root / REFERENCE)
    present = read_files(template) if template.is_dir() else {}
    for path in present.keys() - modules.keys():
        if path.endswith(SUFFIX):
            (template / path).unlink()
    return write_files(template, modules)
