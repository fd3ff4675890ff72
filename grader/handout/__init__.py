"""The handout of an assignment: Markdown of its author, rendered once as the pieces of a page.

Markdown is read without raw HTML. Formulas become MathML and drawings become inline SVG; both keep listed
elements and attributes only. So the page needs no script, no inline style and no other host.
"""

from grader.handout.handout import Figure, Handout, Heading, Piece
from grader.handout.load import load_handout

__all__ = ["Figure", "Handout", "Heading", "Piece", "load_handout"]
