"""The names of files and folders that tools and operating systems leave in a project folder.

Two programs that run without this package have lists of their own: client/standalone.py and the page's script
hand-in.js.
"""

OF_TOOLS = frozenset(
    {
        *("__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache"),
        *(".venv", "venv", ".env", ".git", "node_modules"),
    }
)
OF_SYSTEMS = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "ehthumbs.db", "desktop.ini"})
LEFTOVERS = OF_TOOLS | OF_SYSTEMS
