"""The proof as a Markdown page, and its figures as lines of text; both are made of the document."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

HEAD = """# Which mistakes the tests catch

`uv run grader rubric prove --json docs/proof.json --page docs/proof.md` writes this page. It plants every
mistake of `tests/assignment/mistakes/` in the reference and grades the result. A mistake is caught when a
problem that is about it loses points. "Own" is the share of its own problem's points that it costs.
"Elsewhere" is the share of the points of all problems that are not about it. A serious mistake (!) costs at
least 40 % of its own problem.
"""
FIGURES = 7  # lines, before those about single mistakes
MUTANTS = """
## Mechanical mutants

Each mutant changes one operator, number, condition, comparison, sign or statement of the reference.
`tests/assignment/mistakes/equivalent.yaml` lists those that no test can or should catch, each with
the argument.
"""


def figures(document: Mapping[str, Any]) -> str:
    """Return the figures as lines of text."""
    share = _percent(_killed_share(document))
    lines = [
        f"{document['caught']} of {document['mistakes']} mistakes are caught.",
        f"{document['killed']} of {document['mutants']} mutants are caught, {share}.",
        f"{document['equivalent']} more are listed as equivalent, {document['broken']} cannot be imported.",
        f"{len(document['misplaced'])} mistakes cost more than 15 % elsewhere.",
        f"{len(document['cheap'])} serious mistakes cost less than 40 % of their problem.",
        f"{document['fewest']} mistakes at least are caught by each problem.",
        _naming(document),
    ]
    for key, title in LISTS.items():
        lines += [f"{title}: {_entry_line(each)}" for each in document[key]]
    return "\n".join(lines)


def _naming(document: Mapping[str, Any]) -> str:
    """Return how often the suite names the cause of a wrong gradient."""
    total, right, wrong = document["of_gradients"], document["named"], len(document["misnamed"])
    return f"Of {total} mistakes of gradients, {right} are named rightly and {wrong} wrongly."


KEPT = """Another test of the same class catches all that each test below catches, and more. So the proof
needs none of them. They stay on purpose: the catalogue is finite, and students make mistakes that it does not
have. `tests/assignment/mistakes/kept.yaml` states the reasons.
"""
UNARGUED = "No reason is stated"
LISTS = {
    "missed": "not caught",
    "cheap": "costs too little",
    "spoiled": "costs points in a problem that must keep them",
    "survivors": "survives",
    "misnamed": "named wrongly",
    "refuted": "listed as equivalent, and caught",
}


def render_page(document: Mapping[str, Any]) -> str:
    """Return the page."""
    rows = document["table"]
    parts = [HEAD, *(f"- {line}" for line in figures(document).splitlines()[:FIGURES])]
    for problem in document["caught_by_problem"]:
        own = [row for row in rows if row["loses"][0] == problem]
        also = sum(problem in row["loses"][1:] for row in rows)
        parts += _section(problem, own, also)
    parts += _misplaced_section(document["misplaced"])
    parts += [MUTANTS, *_survivors(document["survivors"])]
    parts += _tests(document)
    return "\n".join(parts).rstrip() + "\n"


def _section(problem: str, own: Sequence[Mapping[str, Any]], also: int) -> list[str]:
    """Return the table of the mistakes whose own problem this is."""
    more = f" {also} more mistakes, of other problems, are about it too." if also else ""
    lines = ["", f"## {problem}", "", f"{len(own)} mistakes of its own.{more}", ""]
    if own:
        lines += ["| mistake | own | elsewhere | points lost |", "|---|---|---|---|"]
    for row in own:
        lost = ", ".join(f"{name} {points}" for name, points in row["lost"].items())
        mark = " (!)" if row["serious"] else ""
        shares = f"{_percent(row['share'])} | {_percent(row['misplaced'])}"
        lines.append(f"| {_cell(row['wrong'])}{mark} | {shares} | {lost} |")
    return lines


def _misplaced_section(found: Sequence[Mapping[str, Any]]) -> list[str]:
    if not found:
        return []
    lines = [
        "",
        "## Mistakes that cost more than 15 % elsewhere",
        "",
        "| mistake | elsewhere | why |",
        "|---|---|---|",
    ]
    return lines + [
        f"| {_cell(each['wrong'])} | {_percent(each['share'])} | {_cell(each['because'])} |" for each in found
    ]


def _survivors(found: Sequence[Mapping[str, Any]]) -> list[str]:
    if not found:
        return ["No other mutant survives."]
    lines = ["These survive:", "", "| mutant | line | becomes |", "|---|---|---|"]
    return lines + [
        f"| `{each['id']}` | {_code(each['before'])} | {_code(each['after'])} |" for each in found
    ]


def _tests(document: Mapping[str, Any]) -> list[str]:
    """Return the tests that caught nothing, and those that caught nothing of their own."""
    return [
        *("", "## Tests that catch nothing of their own", ""),
        "No mistake and no mutant made these tests fail:",
        *("", *_items(document["idle_tests"])),
        *("", *KEPT.splitlines()),
        *(
            line
            for because, names in document["redundant_tests"].items()
            for line in ("", f"{because or UNARGUED}:", "", *_items(names))
        ),
    ]


def _items(names: Iterable[str]) -> list[str]:
    return [f"- `{name}`" for name in names] or ["- none"]


def _killed_share(document: Mapping[str, Any]) -> float:
    return document["killed"] / document["mutants"] if document["mutants"] else 1.0


def _entry_line(entry: Any) -> str:
    """Return an entry of a list as one line."""
    return " · ".join(str(value) for value in entry.values()) if isinstance(entry, dict) else str(entry)


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{_cell(text)}`"
