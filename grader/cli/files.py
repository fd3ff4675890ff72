"""Files that a command writes."""

from pathlib import Path

import typer


def writable(path: Path | None) -> Path | None:
    """Refuse a file whose folder is not there before the work is done, not after."""
    if path is not None and not path.absolute().parent.is_dir():
        raise typer.BadParameter(f"the folder {path.absolute().parent} does not exist")
    return path
