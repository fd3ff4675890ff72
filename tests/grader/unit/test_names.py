"""Names as a test: each public class of the grader has a name of its own."""

import ast
from collections import defaultdict
from pathlib import Path

GRADER = Path(__file__).resolve().parents[3] / "grader"


def public_classes():
    """Return the modules that define each public class, by its name."""
    found = defaultdict(list)
    for path in sorted(GRADER.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(path.relative_to(GRADER.parent).as_posix())
    return found


def test_a_class_name_has_one_meaning():
    """No two modules define public classes of one name: a reader who searches for it finds one place."""
    twice = {name: paths for name, paths in public_classes().items() if len(paths) > 1}

    assert not twice
