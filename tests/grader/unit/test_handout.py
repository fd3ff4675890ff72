"""A handout as a page shows it: anchors, boxes, links, formulas and figures, whatever its author writes."""

import re

import pytest

from grader.core.rubric import parse_rubric
from grader.handout import load_handout
from grader.handout.check import compare_handout
from grader.handout.load import render_handout
from tests.grader.support.page import Page

TEXT = """\
# Sums

Section 2.1 is about $a + b$. There is no section 7.

## 1 Why

| problem | section | `adding` |
|---|---|--:|
| `adding` | 2.1 | `adding` |

## 2 What

### 2.1 Addition

> **Problem `adding`: Add** (3 points)
>
> Read [section 2](#2-what), or [the web](https://example.org/).

> A quotation with `adding` in it.
"""


def render(text, problems=("adding",), figures=None):
    """Return the handout of a text; `figures` are bytes by path."""
    return render_handout(text, problems, (figures or {}).get)


def html_of(text, **options):
    """Return all HTML of a handout."""
    return "".join(piece.html for piece in render(text, **options).pieces)


def test_headings_have_stable_anchors():
    """A numbered section has its number as anchor, another one its words, and no two the same."""
    handout = render("# T\n\n## 2.10 Ten\n\n## Read *on*\n\n## Read on\n\n## 2.10 Again\n\n### Deep\n")

    anchors = [heading.anchor for heading in handout.headings]

    assert anchors == [
        "section-2-10",
        "section-read-on",
        "section-read-on-2",
        "section-210-again",
        "section-deep",
    ]
    assert handout.sections == {"2.10"}
    assert handout.title == "T"


def test_contents_list_chapters_with_their_sections():
    """The contents have two levels, in the order of the text."""
    contents = list(render(TEXT).contents())

    assert [(top.number, [each.number for each in below]) for top, below in contents] == [
        ("1", []),
        ("2", ["2.1"]),
    ]


def test_a_problems_box_is_a_section_with_a_place_for_its_state():
    """The box of a problem has an anchor and a heading one level below its section; quotations stay."""
    handout = render(TEXT)
    before, after = handout.pieces

    assert before.problem == "adding"
    assert (
        '<section class="problem-box" id="problem-adding" aria-labelledby="problem-adding-title">'
        in before.html
    )
    assert before.html.endswith('title">Problem <code>adding</code>: Add (3 points)</h4>\n')
    assert after.html.count("</section>") == 1
    assert "<blockquote>" in after.html


def test_a_box_of_an_unknown_problem_is_a_quotation():
    """Only the rubric's problems have boxes, each one."""
    twice = (
        "> **Problem `adding`** one\n\nand\n\n> **Problem `adding`** two\n\nand\n\n> **Problem `other`**\n"
    )

    assert [piece.problem for piece in render(twice).pieces] == ["adding", ""]
    assert html_of(twice).count("<blockquote>") == 2


def test_sections_and_problems_that_the_text_names_are_links():
    """A section that exists is a link, also in a table's column; one that does not exist stays text."""
    html = html_of(TEXT)

    assert '<a href="#section-2-1">Section 2.1</a> is about' in html
    assert "There is no section 7." in html
    assert '<td><a href="#problem-adding"><code>adding</code></a></td>' in html
    assert '<td><a href="#section-2-1">2.1</a></td>' in html
    assert html.count("#problem-adding") == 1


def test_links_lead_to_the_web_or_within_the_page():
    """GitHub's anchors work here too; a link to a file beside the handout is plain text."""
    html = html_of(TEXT + "\nSee [the notes](notes.md) and [here](//example.org/x).\n")

    assert '<a href="#section-2">section 2</a>' in html
    assert '<a href="https://example.org/">the web</a>' in html
    assert "See the notes and here." in html


def test_aligned_cells_have_a_class():
    """A cell has no inline style, which the page's policy would refuse."""
    assert '<td class="number"><code>adding</code></td>' in html_of(TEXT)
    assert "style=" not in html_of(TEXT)


HOSTILE = {
    "script": "<script>alert(1)</script>",
    "block": "<div>\n<script>\nalert(1)\n</script>\n</div>",
    "link": "[x](javascript:alert(1)) [y](<java\nscript:alert(1)>) [z](data:text/html,x) [v](vbscript:x)",
    "entity": "[x](&#106;avascript:alert(1)) [y](JaVaScRiPt&colon;alert(1))",
    "autolink": '<javascript:alert(1)> <https://x.example/"onclick=alert(1)>',
    "title": "[x](https://x.example '\"onmouseover=\"alert(1)')",
    "picture": '![" onerror="alert(1)](x" onerror="alert(1).png) ![x](javascript:alert(1))',
    "formula": r"$\text{<script>alert(1)</script>}$ $\text{&lt;script&gt;alert(1)&lt;/script&gt;}$",
    "formula's link": r"$\href{javascript:alert(1)}{x}$",
    "formula's style": r"$\style{background:url(//x.example)}{x}$ $\class{x}{y}$ $\id{content}{y}$",
    "code": "```html\n<script>alert(1)</script>\n```\n\n`<script>alert(1)</script>`",
    "info": '```"><script>alert(1)</script>\nx\n```',
    "heading": '## 1 <script>alert(1)</script> " onclick="alert(1)',
    "heading's formula": r"## 2 $\text{<script>alert(1)</script>}$",
    "box": "> **Problem `adding`: <script>alert(1)</script>**",
    "template": "{{ 7 * 7 }}{% raw %}",
    "comment": "<!-- -->  <![CDATA[ ]]> <?php ?>",
}
ACTIVE = {"script", "iframe", "object", "embed", "form", "input", "button", "style", "link", "meta", "base"}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_text(name):
    """Whatever a handout says, nothing in it runs, looks different than the page wants, or leads astray."""
    source = html_of(HOSTILE[name])
    tags = Page(source).tags

    assert not ACTIVE & {tag for tag, _ in tags}
    for _, attributes in tags:
        assert not [each for each in attributes if each.startswith("on") or each == "style"]
        assert re.match(r"https?://|mailto:|#|$", attributes.get("href", ""))
        assert re.match(r"handout/|$", attributes.get("src", ""))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "#",
        "$$",
        "$$\n\n$$",
        "# \n\n##\n",
        "> **",
        "> **Problem `adding`",
        "|a|\n|-|\n",
        "[a]: x",
        "\0",
    ],
)
def test_any_text_is_rendered(text):
    """Texts that are empty, or end too early, are handouts too."""
    assert isinstance(html_of(text), str)


@pytest.mark.parametrize(
    "text",
    [
        ">" * 5_000 + " x",
        "[" * 5_000,
        "![" * 5_000,
        "*a _" * 5_000,
        "$" * 5_001,
        "## 1 same\n" * 2_000,
        "section 1.1 " * 5_000,
        "".join(" " * depth + "- x\n" for depth in range(300)),
    ],
    ids=lambda text: text[:5],
)
def test_deep_and_repeated_text_ends(text):
    """No text keeps the renderer busy for long or runs out of stack."""
    assert len(html_of(text)) < 100 * len(text) + 1_000


def test_a_handout_is_read_from_its_folder(tmp_path):
    """Figures are read from the assignment's folder, and from nowhere else."""
    root = tmp_path / "assignment"
    (root / "docs").mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(b"secret")
    (root / "docs" / "link.png").symlink_to(tmp_path / "secret.png")
    (root / "own.png").write_bytes(b"own")
    names = (
        "../own.png",
        "../../secret.png",
        "link.png",
        f"{tmp_path}/secret.png",
        "none.png",
        ".",
        "a\0b.png",
    )
    (root / "docs" / "text.md").write_text("".join(f"![]({name})\n\n" for name in names))

    handout = load_handout(root, "docs/text.md", [])

    assert [figure.content for figure in handout.figures.values()] == [b"own"]
    assert len(handout.faults) == len(names) - 1
    assert handout.title == "text"


@pytest.mark.parametrize("path", ["none.md", "../outside.md", ".", "large.md"])
def test_a_handout_that_cannot_be_read_is_refused(tmp_path, path):
    """A file that is missing, outside or too large is an error that names it."""
    root = tmp_path / "assignment"
    root.mkdir()
    (tmp_path / "outside.md").write_text("# Outside")
    (root / "large.md").write_text("x" * 500_001)

    with pytest.raises(FileNotFoundError, match=re.escape(path)):
        load_handout(root, path, [])


def test_a_rubric_that_names_missing_sections_is_told():
    """Sections of problems and in hints must exist, and faults of the handout are named with its file."""
    rubric = parse_rubric(
        "{title: T, suite: s, handout: text.md, parts: [{id: p, title: P, problems: ["
        '{id: adding, title: A, points: 1, tests: TestA, section: "2.1", hint: Read section 7.},'
        '{id: taking, title: B, points: 1, tests: TestB, section: "2.2"}]}]}'
    )

    told = compare_handout(rubric, render(TEXT + "\n$\\frac{1}$\n\n![x](none.png)\n"))

    assert [re.findall(r"adding|taking|7|2\.2|TeX|none\.png", each) for each in told] == [
        ["adding", "7"],
        ["taking", "2.2"],
        ["none.png"],
        ["TeX"],
    ]
