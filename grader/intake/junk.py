"""Junk: what operating systems, editors and tools leave in a project folder, and no grader needs."""

JUNK_NAMES = frozenset(
    {
        "__MACOSX",
        ".DS_Store",
        ".venv",
        "venv",
        ".env",
        "__pycache__",
        ".git",
        ".pytest_cache",
        ".mypy_cache",
        ".ruff_cache",
        ".idea",
        ".vscode",
        "node_modules",
    }
)
JUNK_PREFIX = "._"  # macOS keeps a file's attributes under such a name
JUNK_SUFFIX = ".egg-info"
JUNK_FILE_SUFFIXES = (".pyc", ".so", ".pyd", ".dylib")


def junk_root(path: str, *, is_folder: bool) -> str | None:
    """Return the part of a path that makes it junk, down from the root, or None when nothing does."""
    parts = path.split("/")
    for depth, part in enumerate(parts, start=1):
        if part in JUNK_NAMES or part.startswith(JUNK_PREFIX) or part.endswith(JUNK_SUFFIX):
            return "/".join(parts[:depth]) + ("/" if is_folder or depth < len(parts) else "")
    return path if path.endswith(JUNK_FILE_SUFFIXES) and not is_folder else None
