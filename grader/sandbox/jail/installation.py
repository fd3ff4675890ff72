"""The places of the interpreter and numpy on this machine: a submission may read no others.

Other packages are left out, also those beside numpy and inside the interpreter's own library. Else a
submission could use an autodiff engine of somebody else.
"""

import sysconfig
from collections.abc import Iterator
from pathlib import Path

import numpy as np

PACKAGE_FOLDERS = frozenset(["site-packages", "dist-packages"])
LOADER_CACHE = Path("/etc/ld.so.cache")
MAPS = Path("/proc/self/maps")


def paths_to_read() -> list[str]:
    """Return the files and folders that hold the standard library, numpy and their shared libraries."""
    standard = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    own = [entry for folder in standard if folder.is_dir() for entry in folder.iterdir()]
    package = Path(np.__file__).parent
    libraries = [package.with_name("numpy.libs"), LOADER_CACHE, *_library_folders()]
    found = [entry for entry in own if entry.name not in PACKAGE_FOLDERS]
    return [str(path) for path in [*found, package, *libraries] if path.exists()]


def folders_to_list() -> list[str]:
    """Return the folders that an import must list, without the right to read the files in them."""
    folders = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    return [str(folder) for folder in map(Path, sorted(folders)) if folder.is_dir()]


def _library_folders() -> Iterator[Path]:
    """Yield the folders of the shared libraries that this process has loaded, unless they hold packages."""
    mapped = {line.split(maxsplit=5)[5].strip() for line in MAPS.read_text().splitlines() if "/" in line}
    folders = {Path(name).parent for name in mapped if ".so" in Path(name).name}
    for folder in sorted(folders):
        if not any((folder / name).exists() for name in PACKAGE_FOLDERS) and not _is_package(folder):
            yield folder


def _is_package(folder: Path) -> bool:
    return bool(PACKAGE_FOLDERS & set(folder.parts))
