"""Small projects in folders."""

from tests.grader.support.zips import ADAPTERS


def write(root):
    """Write a small project into a folder."""
    put(root, ADAPTERS, b"a = 1\n")
    put(root, "smulgrad/engine.py", b"e = 1\n")
    return root


def put(root, name, content=b"x"):
    """Write one file, and the folders above it."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
