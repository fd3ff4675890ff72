"""Makes grader/render/templates/icons.svg from an unpacked lucide-static: `make_icons.py PACKAGE`.

`npm pack lucide-static` fetches the package. The names below are the icons that the pages use.
"""

import re
import sys
from pathlib import Path

SPRITE = Path(__file__).resolve().parents[1] / "grader" / "render" / "templates" / "icons.svg"
# fmt: off
NAMES = (
    "check", "contrast", "x", "octagon-alert", "circle-dashed", "circle-slash", "ellipsis", "wrench",
    "upload", "download", "git-compare", "book-open", "code", "lightbulb", "refresh-cw", "clock",
    "calendar-clock", "chevron-right", "chevron-down", "circle-user", "log-out", "sun-moon", "sun",
    "moon", "monitor", "inbox", "search", "hourglass", "file-archive", "copy", "arrow-right", "arrow-up",
    "arrow-down", "pencil", "users", "table-2", "list-checks", "flag", "triangle-alert", "lock", "map",
    "info", "external-link", "printer", "message-square",
)
# fmt: on


def main(package: Path) -> None:
    """Write one symbol for each icon."""
    symbols = "\n".join(_symbol(name, (package / "icons" / f"{name}.svg").read_text()) for name in NAMES)
    SPRITE.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n')


def _symbol(name: str, source: str) -> str:
    shapes = re.search(r">\n(.*)</svg>", source.partition("<svg")[2], re.DOTALL)
    if shapes is None:
        raise SystemExit(f"{name}.svg holds no shapes")
    body = re.sub(r"\s*\n\s*", "", shapes[1]).strip().replace(" />", "/>")
    return f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>'


if __name__ == "__main__":
    main(Path(sys.argv[1]))
