"""Sets the handout as a PDF, docs/handout.pdf: `uv run --group docs python scripts/pdf.py`.

Pandoc turns Markdown and maths into Typst's language, and Typst sets the pages as docs/handout.typ says.
Both come as Python packages, fonts included; no other program is needed.
"""

import sys
from pathlib import Path

import pypandoc
import typst

DOCS = Path(__file__).resolve().parents[1] / "docs"
DIALECT = "gfm+tex_math_dollars"
OPTIONS = [
    f"--template={DOCS / 'handout.typ'}",
    "--shift-heading-level-by=-1",  # the first heading is the title
    "--wrap=none",
]


def main() -> None:
    """Write the PDF and say where it is."""
    pages = pypandoc.convert_file(DOCS / "handout.md", "typst", format=DIALECT, extra_args=OPTIONS)
    pdf = DOCS / "handout.pdf"
    typst.compile(pages.encode(), output=pdf, root=DOCS, ignore_system_fonts=True)
    sys.stdout.write(f"{pdf}\n")


if __name__ == "__main__":
    main()
