"""Formulas of a handout: MathML that browsers show, or the TeX itself."""

from xml.etree.ElementTree import fromstring

import pytest

from grader.handout.formulas import UnreadableError, mathml
from tests.grader.unit.test_handout import html_of, render


def test_a_formula_becomes_mathml():
    """TeX becomes elements of MathML Core, whose text is the formula's."""
    made = mathml(r"\frac{\partial L}{\partial x_i} \le \text{a < b}", block=True)

    assert made.startswith('<math display="block">')
    assert "<mfrac><mrow><mo>∂</mo><mi>L</mi></mrow>" in made
    assert "<mo>≤</mo>" in made or "<mi>≤</mi>" in made
    assert "<mtext>a\N{NO-BREAK SPACE}&lt;\N{NO-BREAK SPACE}b</mtext>" in made


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
        r"\begin{align} a &= b \\ c &= d \end{align}",
        r"\lfloor x \rfloor \leftarrow \sqrt[3]{\theta} \cdot \mathbf{W}^{\top}",
        r"\left( \sum_{i=1}^n \bar{x}_i \right)",
        r"\max_j x_j \quad \mathbb{R}^{n \times m} \in \mathcal{L}",
    ],
)
def test_usual_tex_is_read(tex):
    """Matrices, aligned lines, roots, brackets and alphabets are converted, without any inline style."""
    made = mathml(tex, block=True)

    assert fromstring(made).tag == "math"  # noqa: S314 - our own
    assert " style=" not in made
    assert "\\" not in made


BROKEN = {
    "missing argument": r"\frac{1}",
    "unknown command": r"\nosuchcommand x",
    "unclosed": r"\left( x",
    "two indices": "x_1_2",
    "open environment": r"\begin{matrix} a",
    "macro": r"\newcommand{\a}{\b\b}\newcommand{\b}{\c\c}\newcommand{\c}{x}\a",
    "deep roots": r"\sqrt{" * 200 + "x" + "}" * 200,
    "deep braces": "{" * 1_000,
    "deep powers": "x^{" * 400 + "}" * 400,
    "long": "x+" * 1_001,
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_tex_is_refused(name):
    """TeX that is broken, too long or too deep is refused, and never another error."""
    with pytest.raises(UnreadableError):
        mathml(BROKEN[name], block=True)


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("mark", ["$", "$$"])
def test_broken_tex_is_shown_as_it_is(name, mark):
    """A reader sees the TeX, and the author gets a sentence that quotes its beginning."""
    tex = BROKEN[name]

    handout = render(f"{mark}{tex}{mark}")

    assert f"<code>{tex[:2_000]}</code>" in handout.pieces[0].html
    [fault] = handout.faults
    assert tex[:20] in fault


@pytest.mark.parametrize("tex", ["(" * 900, "[" * 900, "|" * 900, r"\bar" * 300, "x_" * 500, "&" * 900])
def test_no_formula_takes_long(tex):
    """Rows of brackets and commands end: as a formula or as a refusal."""
    assert "<" in html_of(f"${tex}$")


def test_money_is_no_formula():
    """A dollar before a number, as in a price, begins nothing."""
    assert "<math" not in html_of("It costs $5 here and $6 there.")


def test_long_formulas_in_a_line_scroll_in_a_box():
    """Display formulas always have a box that scrolls; in a line only long ones do."""
    html = html_of("$x$ and $" + "x + " * 20 + "y$\n\n$$\nx\n$$\n\n```math\nx\n```\n")

    assert html.count('<span class="formula"><math') == 1
    assert html.count('<div class="overflow" role="group" tabindex="0" aria-label="Formula"><math') == 2
